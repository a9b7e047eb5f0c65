import Archive
import Postgres
import Testing

@testable import Operations

@Suite struct DatabaseTallyTests {
    private func isFilled(_ kinds: [String], rows: [UInt32: Int] = [:]) -> Bool {
        var tally = DatabaseTally(name: "a", connection: ConnectionInfo(keywords: ["dbname": "a"]))
        tally.entries = kinds.map { ScriptEntry(tag: "t", kind: $0, schema: "", owner: "") }
        tally.rows = rows
        return tally.isFilled
    }

    @Test func `a database in which a dump only begins is not filled`() {
        #expect(!isFilled([]))
        #expect(!isFilled(["DATABASE", "DATABASE PROPERTIES"]))
        #expect(isFilled(["DATABASE", "SCHEMA"]))
        #expect(isFilled([], rows: [1: 0]))
    }
}
