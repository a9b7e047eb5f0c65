import Foundation
import Testing

@testable import JobModel

@Suite struct `the rules of a zone` {
    private func instant(_ text: String) throws -> CivilTime { try #require(CivilTime(compactText: text)) }

    @Test(arguments: [
        "Europe/Berlin", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
        "America/Santiago",
        "Pacific/Chatham", "America/St_Johns",
    ])
    func `are those that Foundation knows`(name: String) throws {
        let zone = try ZoneDatabase().rules(named: name)
        let other = try #require(TimeZone(identifier: name))
        var dice = CronDice(seed: 3)
        for _ in 0..<2_000 {
            let instant = CivilTime(secondsSinceEpoch: Int.random(in: 315_532_800...2_000_000_000, using: &dice))
            #expect(zone.offsetInSeconds(at: instant) == other.secondsFromGMT(for: instant.date), "\(instant.text)")
        }
    }

    @Test(arguments: [
        ("20260115T120000Z", 3_600), ("20260715T120000Z", 7_200), ("24990715T120000Z", 7_200),
        ("25000115T120000Z", 3_600),
        ("99990715T120000Z", 7_200), ("18000101T000000Z", 3_208), ("20260329T005959Z", 3_600),
        ("20260329T010000Z", 7_200),
        ("99990328T005959Z", 3_600), ("99990328T010000Z", 7_200),
    ])
    func `hold for all time`(text: String, offset: Int) throws {
        let zone = try ZoneDatabase().rules(named: "Europe/Berlin")
        #expect(zone.offsetInSeconds(at: try instant(text)) == offset)
    }

    @Test func `name their gaps and overlaps`() throws {
        let zone = try ZoneDatabase().rules(named: "Europe/Berlin")
        let changes = zone.transitions(after: try instant("20260101T000000Z"), through: try instant("20261231T000000Z"))
        #expect(changes.map(\.instant.text) == ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"])
        #expect(changes.map(\.isGap) == [true, false])
        #expect(
            changes.map { CivilTime(secondsSinceEpoch: $0.localTimes.lowerBound).text }
                == ["2026-03-29T02:00:00Z", "2026-10-25T02:00:00Z"])
        #expect(changes.map(\.localTimes.count) == [3_600, 3_600])
        let first = try #require(changes.first)
        #expect(zone.transitions(after: first.instant, through: first.instant).isEmpty)
        let before = CivilTime(secondsSinceEpoch: first.instant.secondsSinceEpoch - 1)
        #expect(zone.transitions(after: before, through: first.instant) == [first])
    }

    @Test(arguments: [
        ("Europe/Berlin", "2026-07-01T14:00:00+02:00"), ("UTC", "2026-07-01T12:00:00+00:00"),
        ("America/St_Johns", "2026-07-01T09:30:00-02:30"), ("Asia/Kathmandu", "2026-07-01T17:45:00+05:45"),
    ])
    func `write local times`(name: String, text: String) throws {
        #expect(try ZoneDatabase().rules(named: name).localText(at: try instant("20260701T120000Z")) == text)
    }

    @Test func `tell the local date`() throws {
        let zone = try ZoneDatabase().rules(named: "Pacific/Apia")
        #expect(zone.localDate(at: try instant("20111230T095959Z")).text == "2011-12-29")
        #expect(zone.localDate(at: try instant("20111230T100000Z")).text == "2011-12-31")
    }

    @Test(arguments: [
        // Winter time all the year, as summer time without an end.
        ("EST5EDT,0/0,J365/25", "20260115T000000Z", -14_400), ("EST5EDT,0/0,J365/25", "20270101T045959Z", -14_400),
        // Summer time is standard, and winter time lies behind it.
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "20260115T000000Z", 0),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "20260715T000000Z", 3_600),
        // Changes on the eve of the named day.
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "20260329T005959Z", -7_200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "20260329T010000Z", -3_600),
        ("A-1:30:10", "20260329T010000Z", nil), ("ABC-1:30:10", "20260329T010000Z", 5_410),
        ("AAA0BBB,J60/0,J61/0", "20280301T000000Z", 3_600), ("AAA0BBB,59/0,60/0", "20280229T000000Z", 3_600),
    ])
    func `follow the rule at the file's end`(rule: String, at text: String, offset: Int?) throws {
        let file = ZoneFile(footer: "\n\(rule)\n")
        let zone = try? ZoneRules(parsing: file.bytes, name: "Test/Zone")
        #expect(zone?.offsetInSeconds(at: try instant(text)) == offset)
    }

    @Test(arguments: [
        "CET-1CEST", "CET", "-1", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0", "CET-25", "CET-1:60", "CET-1CEST,J0,J365", "CET-1CEST,J1,366", "<CET-1",
        "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1 ", "CET--1", "CE1T-1", "CET-1CEST,M3.5.0,M10.5.0,", "CET-9999",
    ])
    func `refuse a rule that is none`(rule: String) {
        #expect(throws: ZoneError.self) {
            try ZoneRules(parsing: ZoneFile(footer: "\n\(rule)\n").bytes, name: "Test/Zone")
        }
    }

    @Test func `keep the last offset where the file ends without a rule`() throws {
        let file = ZoneFile(changes: [(0, 1), (100, 2)], offsets: [0, 3_600, 7_200], footer: "\n\n")
        let zone = try ZoneRules(parsing: file.bytes, name: "Test/Zone")
        let offsets = [-1, 0, 99, 100, 1 << 40].map { zone.offsetInSeconds(at: CivilTime(secondsSinceEpoch: $0)) }
        #expect(offsets == [0, 3_600, 3_600, 7_200, 7_200])
    }

    @Test func `refuse files that are not as they should be`() {
        let files: [(ZoneFile, String)] = [
            (ZoneFile(version: 0), "version 1"), (ZoneFile(changes: [(5, 0), (5, 0)]), "in order"),
            (ZoneFile(changes: [(9, 0), (5, 0)]), "in order"), (ZoneFile(changes: [(5, 1)]), "not there"),
            (ZoneFile(changes: [(.min, 0)]), "in order"), (ZoneFile(offsets: []), "no offsets"),
            (ZoneFile(offsets: [.min]), "offset of"), (ZoneFile(leapSeconds: 2), "leap seconds"),
            (ZoneFile(footer: ""), "cut short"), (ZoneFile(footer: "\nUTC0"), "cut short"),
            (ZoneFile(footer: "\nUTC0\n\n"), "not understood"), (ZoneFile(footer: "UTC0\n"), "cut short"),
        ]
        for (file, reason) in files {
            let error = #expect(throws: ZoneError.self, "\(reason)") {
                try ZoneRules(parsing: file.bytes, name: "Test/Zone")
            }
            #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
            #expect(error?.category == .unavailable)
        }
    }

    @Test func `refuse a file that is cut anywhere`() throws {
        let bytes = try berlin()
        for length in bytes.indices {
            #expect(throws: ZoneError.self) { try ZoneRules(parsing: Array(bytes[..<length]), name: "Test/Zone") }
        }
    }

    /// Whatever the bytes, there is an answer, and time goes on in it.
    @Test func `survive files that are damaged anywhere`() throws {
        let bytes = try berlin()
        let expression = try CronExpression(parsing: "30 2 * * *")
        var dice = CronDice(seed: 4)
        for round in 0..<2_000 {
            var damaged = bytes
            for _ in 0...round % 4 {
                damaged[Int.random(in: bytes.indices, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            }
            guard let zone = try? ZoneRules(parsing: damaged, name: "Test/Zone") else { continue }
            let start = CivilTime(secondsSinceEpoch: Int.random(in: 0...20_000_000_000, using: &dice))
            let firings = expression.firings(5, after: start, in: zone)
            #expect(zip([start] + firings, firings).allSatisfy { $0 < $1 })
            #expect((-89_999...93_599).contains(zone.offsetInSeconds(at: start)))
        }
    }

    private func berlin() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(ZoneDatabase.defaultDirectory)/Europe/Berlin")))
    }
}
