import Archive

/// What has come of running a plain SQL dump.
struct ScriptFindings: Sendable {
    private(set) var databases: [DatabaseTally] = []
    /// The first statement that was refused.
    var refusal: String?
    /// What was left out or is otherwise than in the dump, each once.
    private(set) var notes: [String] = []
    /// Roles that were made only to own and to be granted things.
    var standIns: [String] = []
    private(set) var rolesMade = 0

    /// Of the database that the dump fills now.
    private var current = 0

    /// The dump goes on in the database of this tally, which it may have been in before.
    mutating func goTo(_ tally: DatabaseTally) {
        if let known = databases.firstIndex(where: { $0.name == tally.name }) {
            current = known
        } else {
            databases.append(tally)
            current = databases.count - 1
        }
    }

    mutating func note(_ words: String) {
        if !notes.contains(words) { notes.append(words) }
    }

    // MARK: - Of the database that the dump fills now; there must be one

    mutating func note(_ entry: ScriptEntry) { databases[current].entries.append(entry) }

    /// That this statement was run.
    mutating func note(_ statement: ScriptStatement) {
        databases[current].note(statement)
        if statement.begins(with: "create", "role") { rolesMade += 1 }
    }

    /// So many rows more of the table with this oid; nil where they cannot be counted.
    mutating func note(rows: Int?, of table: UInt32) {
        if let rows {
            databases[current].rows[table, default: 0] += rows
        } else {
            databases[current].uncounted.insert(table)
        }
    }
}
