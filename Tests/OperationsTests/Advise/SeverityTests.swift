import JobModel
import Postgres
import Testing

@testable import Operations

/// From where on what a server does is worth a word, and how loud a one.
@Suite struct SeverityTests {
    private func row(_ values: KeyValuePairs<String, String?>) throws -> ResultTable.Row {
        try ResultTable(
            columns: values.map(\.key), rows: [values.map { $0.value.map { ServerText($0) } }]
        ).onlyRow()
    }

    private func transaction(
        _ seconds: Double, blocked: Int = 0, isIdle: Bool = false, isDump: Bool = false
    ) throws -> AdviceSeverity {
        let row = try row([
            "pid": "7", "seconds": "\(seconds)", "blocked": "\(blocked)", "client": "app", "role": "app",
            "is_dump": isDump ? "t" : "f", "database": "shop", "application": "app", "address": "socket",
            "transaction_seconds": "\(seconds)", "xmin_age": "5",
        ])
        return try LongTransaction.finding(row, isIdle: isIdle).severity
    }

    @Test func `a transaction is the worse the longer it takes, and the more wait for it`() throws {
        #expect(try transaction(4 * 3_600 - 1) == .notice)
        #expect(try transaction(4 * 3_600) == .warning)
        #expect(try transaction(3_599, isIdle: true) == .notice)
        #expect(try transaction(3_600, isIdle: true) == .warning)
        #expect(try transaction(60, blocked: 1) == .warning)
        #expect(try transaction(59, blocked: 1) == .notice)
        #expect(try transaction(60, blocked: 1, isIdle: true) == .critical)
        #expect(try transaction(5 * 3_600, isDump: true) == .notice)
        #expect(try transaction(5 * 3_600, blocked: 1, isDump: true) == .warning)
    }

    @Test func `an archiver is urgent when much waits, or when it has failed for an hour`() throws {
        func severity(_ waiting: Int, failing: Bool = false, since: String? = "10") throws -> AdviceSeverity? {
            let row = try row([
                "waiting": "\(waiting)", "is_failing": failing ? "t" : "f", "seconds_since_archived": since,
                "failed": "1", "archived": "1",
            ])
            return try Archiver.finding(row, mostWaiting: 42)?.severity
        }
        #expect(try severity(42) == nil)
        #expect(try severity(43) == .warning)
        #expect(try severity(421) == .critical)
        #expect(try severity(420) == .warning)
        #expect(try severity(0, failing: true) == .warning)
        #expect(try severity(0, failing: true, since: "3600") == .critical)
        #expect(try severity(0, failing: true, since: nil) == .warning)
    }

    @Test func `a prepared transaction is critical after a day`() throws {
        func severity(_ seconds: Int) throws -> AdviceSeverity {
            try PreparedTransaction.finding(
                row(["gid": "a", "owner": "o", "database": "d", "xid_age": "1", "seconds": "\(seconds)"])
            ).severity
        }
        #expect(try severity(86_399) == .warning)
        #expect(try severity(86_400) == .critical)
    }

    @Test func `who holds rows back is worse when it is not there, or far behind`() throws {
        func severity(_ age: Int, isSlot: Bool, isActive: Bool) throws -> AdviceSeverity {
            try HeldBackVacuum.finding(
                row([
                    "name": "s", "xmin_age": "\(age)", "is_slot": isSlot ? "t" : "f", "is_catalog": "f",
                    "is_active": isActive ? "t" : "f",
                ])
            ).severity
        }
        #expect(try severity(10_000_000, isSlot: true, isActive: true) == .notice)
        #expect(try severity(10_000_000, isSlot: true, isActive: false) == .warning)
        #expect(try severity(200_000_001, isSlot: false, isActive: true) == .warning)
        #expect(try severity(200_000_000, isSlot: false, isActive: true) == .notice)
    }

    @Test func `checkpoints come too often where most are asked for, and many`() throws {
        func isFound(timed: Int, requested: Int, hours: Int) throws -> Bool {
            let row = try row([
                "timed": "\(timed)", "requested": "\(requested)", "seconds": "\(hours * 3_600)", "max_wal_size": "1GB",
            ])
            return try Checkpoints.finding(row, CheckpointLimits()) != nil
        }
        #expect(try isFound(timed: 99, requested: 100, hours: 25))
        #expect(!(try isFound(timed: 100, requested: 100, hours: 25)))
        #expect(!(try isFound(timed: 0, requested: 99, hours: 1)))
        #expect(!(try isFound(timed: 0, requested: 100, hours: 26)))
    }

    @Test func `connections run out by the part that is in use`() throws {
        func severity(_ used: Int, of most: Int) throws -> AdviceSeverity? {
            try ConnectionUse.finding(
                row(["object": "server", "used": "\(used)", "most": "\(most)", "idle": "0", "active": "0"]),
                leastFraction: 0.8)?.severity
        }
        #expect(try severity(79, of: 100) == nil)
        #expect(try severity(80, of: 100) == .warning)
        #expect(try severity(94, of: 100) == .warning)
        #expect(try severity(95, of: 100) == .critical)
        #expect(try severity(0, of: 0) == nil)
        #expect(try severity(1, of: 0) == .critical)
    }

    @Test func `air counts by its part and by its size`() {
        func isFound(_ bytes: Int, _ least: Double) -> Bool {
            RelationBloat(bytes: bytes, leastBytes: least).isWorthAFinding(BloatLimits())
        }
        #expect(isFound(128 << 20, Double(64 << 20)))
        #expect(!isFound(128 << 20, Double((64 << 20) + 1)))
        #expect(!isFound((128 << 20) - 2, Double((64 << 20) - 1)))
        #expect(!isFound(500 << 20, 0))
    }
}
