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
    /// Names, in quotes, of constraints that the dump itself makes without validation; partitions take them over.
    var unvalidatedConstraints: Set<String> = []
    var largeObjects = 0

    /// Whether the dump puts anything into it, and does not only begin there and make another.
    var isFilled: Bool { !rows.isEmpty || entries.contains { !$0.kind.hasPrefix("DATABASE") } }

    mutating func note(_ statement: ScriptStatement) {
        let text = statement.text
        if statement.words.first == "alter", text.bytes.ends(with: " NOT VALID".utf8) {
            if let name = Self.constraint(in: text) { unvalidatedConstraints.insert(name) }
        } else if statement.words.first == "select" {
            let call = text.bytes.dropFirst("SELECT ".utf8.count)
            if call.starts(with: "pg_catalog.setval(".utf8) || call.starts(with: "setval(".utf8) {
                sequenceValues.append(text)
            } else if call.starts(with: "pg_catalog.lo_open(".utf8) || call.starts(with: "lo_open(".utf8) {
                largeObjects += 1
            }
        }
    }

    /// The name after `ADD CONSTRAINT`, in quotes.
    static func constraint(in statement: ServerText) -> String? {
        guard let place = statement.bytes.firstRange(of: Array(" ADD CONSTRAINT ".utf8)) else { return nil }
        var isQuoted = false
        let name = statement.bytes[place.upperBound...].prefix { byte in
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            return isQuoted || byte != UInt8(ascii: " ")
        }
        let text = String(decoding: name, as: UTF8.self)
        return text.hasPrefix("\"") ? text : "\"\(text)\""
    }

    /// Whether the dump makes a constraint, as ``ServerFacts`` names it, without validation.
    func leavesUnvalidated(_ constraint: ServerText) -> Bool {
        unvalidatedConstraints.contains { constraint.text.hasSuffix(" \($0)") }
    }
}

extension [UInt8] {
    fileprivate func ends(with other: some Collection<UInt8>) -> Bool {
        suffix(other.count).elementsEqual(other)
    }
}
