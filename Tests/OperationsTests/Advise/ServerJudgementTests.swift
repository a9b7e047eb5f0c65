import JobModel
import Postgres
import Testing

@testable import Operations

/// What the checks of the server make of facts that no test can plant.
@Suite struct ServerJudgementTests {
    static let server = AdviceServer(
        versionNumber: 170_010, database: "shop", targetName: "shop", isInRecovery: false, isSuperuser: true,
        seesAllStatistics: true, now: CivilTime(secondsSinceEpoch: 1_795_000_000), observedForSeconds: 40 * 86_400,
        secondsSinceStart: 40 * 86_400, blockSizeInBytes: 8_192, extensions: [:])

    private func row(_ values: KeyValuePairs<String, String?>) throws -> ResultTable.Row {
        try ResultTable(
            columns: values.map(\.key), rows: [values.map { $0.value.map { ServerText($0) } }]
        ).onlyRow()
    }

    // MARK: - Wraparound

    private func wraparound(
        xid: Int, mxid: Int = 0, limit: Int = 200_000_000, pace: Wraparound.Pace = .init()
    ) throws -> Finding? {
        let ages = try Wraparound.Ages(
            row([
                "database": "shop", "is_current": "t", "xid_age": "\(xid)", "xid_limit": "\(limit)",
                "mxid_age": "\(mxid)", "mxid_limit": "400000000",
            ]))
        return Wraparound.finding(ages, WraparoundLimits(), pace, tables: ["public.t"], Self.server)
    }

    @Test(arguments: [
        (200_000_000, 0, 200_000_000, AdviceSeverity?.none), (490_000_000, 0, 200_000_000, nil),
        (600_000_000, 0, 200_000_000, .warning), (1_000_000_000, 0, 1_000_000_000, nil),
        (1_600_000_000, 0, 200_000_000, .critical), (0, 700_000_000, 200_000_000, .warning),
        (0, 590_000_000, 200_000_000, nil), (0, 1_600_000_000, 200_000_000, .critical),
    ])
    func `the age of a database counts against autovacuum's own limit`(
        xid: Int, mxid: Int, limit: Int, severity: AdviceSeverity?
    ) throws {
        #expect(try wraparound(xid: xid, mxid: mxid, limit: limit)?.severity == severity)
    }

    @Test func `the day of the end follows from the pace`() throws {
        let finding = try #require(try wraparound(xid: 1_144_483_647, pace: .init(xids: 100_000_000)))
        #expect(finding.evidence["stops_on"] == .text("2026-11-28"))
        #expect(finding.remedy.statements == ["VACUUM (FREEZE, VERBOSE) public.t;"])
    }

    @Test func `the counter that ends first gives the day`() throws {
        let finding = try #require(
            try wraparound(xid: 700_000_000, mxid: 1_944_483_647, pace: .init(xids: 1_000_000, multixacts: 100_000_000))
        )
        #expect(finding.evidence["stops_on"] == .text("2026-11-20"))
        #expect(finding.evidence["multixacts_per_day"] == .integer(100_000_000))
        #expect(finding.summary.contains("multixacts old"))
    }

    @Test func `the pace is known after a day, and not where a counter has wrapped`() {
        func sight(_ days: Int, _ id: Int, _ multixact: Int?) -> Wraparound.Sight {
            Wraparound.Sight(
                nextID: id, nextMultixact: multixact, at: CivilTime(secondsSinceEpoch: days * 86_400))
        }
        #expect(
            Wraparound.Pace(from: sight(0, 1_000, 10), to: sight(2, 5_000, 20)) == .init(xids: 2_000, multixacts: 5))
        #expect(Wraparound.Pace(from: sight(0, 1_000, 10), to: sight(0, 5_000, 20)) == .init())
        #expect(Wraparound.Pace(from: sight(0, 1_000, 50), to: sight(1, 5_000, 20)) == .init(xids: 4_000))
        #expect(Wraparound.Pace(from: sight(0, 1_000, nil), to: sight(1, 5_000, 20)) == .init(xids: 4_000))
    }

    // MARK: - Releases

    @Test(
        arguments: [
            ("15.20", "2026-11-21", nil), ("15.10", "2026-11-21", AdviceSeverity.warning), ("18.1", "2026-02-20", nil),
            ("17.5", "2026-06-01", .notice), ("14.2", "2022-05-01", .critical), ("14.25", "2026-11-13", .warning),
            ("13.23", "2025-11-13", nil), ("13.23", "2025-11-14", .warning), ("19.0", "2030-01-01", nil),
            ("12.22", "2026-01-01", .warning),
        ] as [(String, String, AdviceSeverity?)])
    func `a server is held against the calendar of releases`(
        version: String, day: String, severity: AdviceSeverity?
    ) throws {
        let parts = day.split(separator: "-").compactMap { Int($0) }
        let date = CivilDate(year: parts[0], month: parts[1], day: parts[2])
        let now = CivilTime(secondsSinceEpoch: date.daysSinceEpoch * 86_400)
        #expect(ServerRelease.finding(try #require(PostgresVersion(in: version)), now: now)?.severity == severity)
    }

    // MARK: - Statements

    private func count(_ calls: Int, _ milliseconds: Double) -> StatementTrend.Count {
        StatementTrend.Count(key: "42", calls: calls, milliseconds: milliseconds)
    }

    @Test func `a statement that takes longer than between earlier runs is found, by what was counted since`() {
        var trend = StatementTrend()
        let found1 = trend.settle([count(100, 1_000)], StatementLimits())
        #expect(found1 == [])
        let found2 = trend.settle([count(200, 2_000)], StatementLimits())
        #expect(found2 == [])
        let findings = trend.settle([count(300, 6_000)], StatementLimits())
        #expect(findings.map(\.object) == ["statement 42"])
        #expect(findings.first?.evidence["mean_milliseconds"] == .number(40))
        #expect(findings.first?.evidence["usual_mean_milliseconds"] == .number(10))
        let found3 = trend.settle([count(400, 7_000)], StatementLimits())
        #expect(found3 == [])
    }

    @Test func `few calls wait until there are more, and counters that began anew are no trend`() {
        var trend = StatementTrend()
        _ = trend.settle([count(100, 1_000)], StatementLimits())
        _ = trend.settle([count(200, 2_000)], StatementLimits())
        let found4 = trend.settle([count(210, 3_000)], StatementLimits())
        #expect(found4 == [])
        let found5 = trend.settle([count(220, 4_000)], StatementLimits())
        #expect(found5.count == 1)
        let found6 = trend.settle([count(50, 5_000)], StatementLimits())
        #expect(found6 == [])
    }

    @Test func `a statement that is slow each time is found without an earlier mean`() {
        var trend = StatementTrend()
        _ = trend.settle([count(0, 0)], StatementLimits())
        let found7 = trend.settle([count(20, 60_000)], StatementLimits())
        #expect(found7.map(\.severity) == [.notice])
    }

    @Test func `a statement that was not there before was counted since, where all were there`() {
        var trend = StatementTrend()
        _ = trend.settle([], StatementLimits())
        let found8 = trend.settle([count(20, 60_000)], StatementLimits())
        #expect(found8.count == 1)
        var crowded = StatementTrend()
        _ = crowded.settle(
            (1...StatementTrend.mostStatements).map { .init(key: "\($0 + 100)", calls: 1, milliseconds: 1) },
            StatementLimits())
        let found9 = crowded.settle([count(20, 60_000)], StatementLimits())
        #expect(found9 == [])
    }

    // MARK: - Others

    @Test(
        arguments: [
            ("", 0, nil), ("a", 1, nil), ("a, b", 0, AdviceSeverity.critical), ("FIRST 2 (a, b)", 1, .critical),
            ("ANY 2 (a, b, c)", 2, nil), ("2 (a, b)", 1, .critical), ("first 1 (a)", 1, nil),
        ] as [(String, Int, AdviceSeverity?)])
    func `commits wait for as many standbys as the setting says`(
        setting: String, present: Int, severity: AdviceSeverity?
    ) throws {
        let row = try row(["setting": setting, "present": "\(present)"])
        #expect(try Replication.missing(row)?.severity == severity)
    }

    @Test func `an idle primary makes no standby late`() throws {
        func finding(_ bytes: String?, _ seconds: String?, paused: String = "f") throws -> Finding? {
            let row = try row([
                "name": "a", "state": "streaming", "lag_bytes": bytes, "lag_seconds": seconds, "is_paused": paused,
            ])
            return try Replication.lagFinding(row, ReplicationLimits())
        }
        #expect(try finding("0", "9999") == nil)
        #expect(try finding(nil, nil) == nil)
        #expect(try finding("1000", "299") == nil)
        #expect(try finding("1000", "301")?.severity == .warning)
        #expect(try finding("300000000", nil)?.severity == .warning)
        #expect(try finding("5000000000", "1")?.severity == .critical)
        #expect(try finding("0", "0", paused: "t")?.remedy.statements == ["SELECT pg_wal_replay_resume();"])
    }

    @Test func `sessions that come and go count against the time`() throws {
        func finding(_ sessions: Int, lost: Int) throws -> Finding? {
            let row = try row(["sessions": "\(sessions)", "lost": "\(lost)"])
            return try ConnectionUse.churnFinding(row, Self.server, leastPerSecond: 5)
        }
        #expect(try finding(500, lost: 500) == nil)
        #expect(try finding(100_000, lost: 0) == nil)
        #expect(try finding(20_000_000, lost: 0) != nil)
        #expect(try finding(10_000, lost: 2_500)?.summary.hasPrefix("25 %") == true)
    }

    @Test func `deadlocks and temporary files count by the day`() throws {
        let row = try row(["deadlocks": "500", "temp_files": "10", "temp_bytes": "4000000000000", "work_mem": "4MB"])
        #expect(try DatabaseTrouble.deadlocksFinding(row, Self.server, 10)?.summary.hasPrefix("12.5 ") == true)
        #expect(try DatabaseTrouble.deadlocksFinding(row, Self.server, 13) == nil)
        #expect(
            try DatabaseTrouble.filesFinding(row, Self.server, 20e9)?.evidence["bytes_per_day"]
                == .integer(100_000_000_000))
        var young = Self.server
        young.observedForSeconds = 60
        #expect(try DatabaseTrouble.deadlocksFinding(row, young, 10) == nil)
    }

    @Test func `reads are worth a word where they are many, and slow`() throws {
        func finding(_ hits: Int, _ reads: Int, _ milliseconds: Int) throws -> Finding? {
            let row = try row([
                "hits": "\(hits)", "reads": "\(reads)", "milliseconds": "\(milliseconds)", "buffers": "128MB",
            ])
            return try CacheHit.finding(row, CacheHitLimits(), Self.server)
        }
        #expect(try finding(0, 0, 0) == nil)
        #expect(try finding(1_000_000, 2_000_000, 100_000) == nil)
        #expect(try finding(99_000_000, 2_000_000, 4_000_000) == nil)
        #expect(try finding(2_000_000, 2_000_000, 4_000_000)?.evidence["milliseconds_per_read"] == .number(2))
    }

    @Test func `a slot in use may keep more than one that is not`() throws {
        func severity(_ bytes: Int, active: String, _ status: String = "extended") throws -> AdviceSeverity? {
            let row = try row([
                "name": "s", "type": "physical", "is_active": active, "wal_status": status,
                "retained_bytes": "\(bytes)", "idle": nil, "invalidation_reason": nil,
            ])
            return try ReplicationSlot.finding(row, leastBytes: 1 << 30, Self.server)?.severity
        }
        #expect(try severity(1 << 29, active: "f") == nil)
        #expect(try severity(1 << 30, active: "f") == .warning)
        #expect(try severity(1 << 32, active: "t") == nil)
        #expect(try severity(1 << 34, active: "t") == .warning)
        #expect(try severity(1 << 36, active: "t") == .critical)
        #expect(try severity(0, active: "f", "lost") == .warning)
        #expect(try severity(0, active: "t", "unreserved") == .critical)
    }

    @Test func `settings that changed are told by name, never by value`() {
        let findings = SettingChange.findings(
            from: ["a": "1", "b": "1", "c": "1"], to: ["a": "1", "b": "2", "d": "1"])
        #expect(findings.map(\.object) == ["b", "c", "d"])
        #expect(findings.allSatisfy { $0.evidence.isEmpty })
    }
}
