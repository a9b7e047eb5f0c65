import Archive
import JobModel
import Postgres

/// What a dump holds of one database, counted while it was restored.
struct DatabaseTally: Sendable {
    let name: String
    let connection: ConnectionInfo
    /// What the comments announce.
    var entries: [ScriptEntry] = []
    /// The rows of each table, by its oid here.
    var rows: [UInt32: Int] = [:]
    /// Tables with INSERT statements whose rows cannot be counted.
    var uncounted: Set<UInt32> = []
    /// Calls of setval, without their semicolon.
    var sequenceValues: [ServerText] = []
    /// Constraints that the dump itself makes without validation.
    var unvalidatedConstraints = 0
    var largeObjects = 0

    mutating func note(_ statement: ScriptStatement) {
        let text = statement.text
        if statement.begins(with: "alter", "table"), text.bytes.ends(with: " NOT VALID".utf8) {
            unvalidatedConstraints += 1
        } else if statement.words.first == "select" {
            let call = text.bytes.dropFirst("SELECT ".utf8.count)
            if call.starts(with: "pg_catalog.setval(".utf8) || call.starts(with: "setval(".utf8) {
                sequenceValues.append(text)
            } else if call.starts(with: "pg_catalog.lo_open(".utf8) || call.starts(with: "lo_open(".utf8) {
                largeObjects += 1
            }
        }
    }
}

extension [UInt8] {
    fileprivate func ends(with other: some Collection<UInt8>) -> Bool {
        suffix(other.count).elementsEqual(other)
    }
}
