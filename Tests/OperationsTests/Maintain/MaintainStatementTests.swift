import JobModel
import Postgres
import Testing

@testable import Operations

@Suite struct MaintainStatementTests {
    private let orders = SQLIdentifier(schema: "app", name: "or\"ders")

    @Test(arguments: [
        (150_000, "VACUUM (VERBOSE, SKIP_LOCKED, TRUNCATE off, PARALLEL 2) \"app\".\"or\"\"ders\""),
        (
            160_000,
            "VACUUM (VERBOSE, SKIP_LOCKED, TRUNCATE off, PARALLEL 2, SKIP_DATABASE_STATS, BUFFER_USAGE_LIMIT '16MB') "
                + "\"app\".\"or\"\"ders\""
        ),
    ])
    func `gives nothing back to the system, and skips what is locked`(version: Int, expected: String) {
        let found = MaintainStatement(serverVersion: version).vacuum(.init(table: orders), .ordinary)
        #expect(found.text == expected)
    }

    @Test func `waits for its lock and leaves the indexes near wraparound`() {
        let found = MaintainStatement(serverVersion: 150_000).vacuum(
            .init(table: orders, truncates: true), .emergency)
        #expect(found.text == "VACUUM (VERBOSE, FREEZE, INDEX_CLEANUP off, TRUNCATE off) \"app\".\"or\"\"ders\"")
    }

    @Test func `does a TOAST table alone where the server can`() {
        let target = MaintainStatement.Target(table: orders, isToastOnly: true)
        func isAlone(_ version: Int) -> Bool {
            MaintainStatement(serverVersion: version).vacuum(target, .ordinary).text.contains("PROCESS_MAIN off")
        }
        #expect(!isAlone(150_000))
        #expect(isAlone(160_000))
    }

    @Test func `writes the database's statistics by itself only where VACUUM leaves them out`() {
        #expect(MaintainStatement(serverVersion: 150_000).databaseStatistics == nil)
        #expect(MaintainStatement(serverVersion: 160_000).databaseStatistics == "VACUUM (ONLY_DATABASE_STATS)")
    }
}
