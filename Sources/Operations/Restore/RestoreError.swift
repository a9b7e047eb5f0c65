package import JobModel

/// Why a restore for real is refused, or what became of it where it did not come to its end.
package enum RestoreError: UserFacingError, Equatable {
    /// A pattern of `--table` or `--schema` that names nothing that could be.
    case badPattern(String, reason: String)
    case notInBackup(kind: String, name: String, nearest: String?)
    /// A name without a schema that several schemas have.
    case ambiguous(String, candidates: [String])
    /// Things that would be made and are there, each with what it is.
    case selectionExists([String])
    /// Things of the selection with what they need and nobody asked for; the tables among it.
    case selectionNeeds([String], tables: [String])
    /// Partitions whose rows are loaded through tables that are in the database already.
    case rowsThroughTable(partitions: [String], tables: [String])
    case standby(server: String)
    /// What the role lacks, and who could help how.
    case lacksPrivilege(role: String, what: String, hint: String)
    /// `--into` names another database than `--replace`.
    case otherDatabase(inURL: String, named: String)
    /// The database that should be replaced.
    case notThere(database: String)
    case inUse(database: String, by: [String])
    /// The restored database is not what was dumped.
    case notProven(database: String, faults: [String])
    /// The restored database stays as `restored`, with the statements that swap it in.
    case notSwapped(database: String, restored: String, reason: String, statements: [String], category: FailureCategory)

    package var message: String {
        switch self {
        case .badPattern(let text, let reason): "\(text) names nothing: \(reason)"
        case .notInBackup(let kind, let name, let nearest):
            "the backup holds no \(kind) called \(name)" + (nearest.map { " (did you mean \($0)?)" } ?? "")
        case .ambiguous(let text, let candidates):
            "\(text) is in several schemas: \(Self.listed(candidates))"
        case .selectionExists(let things): "already in the database: \(Self.listed(things))"
        case .selectionNeeds(let faults, _): Self.listed(faults)
        case .rowsThroughTable(let partitions, let tables):
            "the rows of \(Self.listed(partitions)) are loaded through \(Self.listed(tables)), which is in the database "
                + "already: the server would deal them out among its partitions there"
        case .standby(let server): "\(server) is a hot standby, in which nothing can be restored"
        case .lacksPrivilege(let role, let what, _): "\(role) \(what)"
        case .otherDatabase(let inURL, let named):
            "--into names the database \(inURL), and --replace \(named)"
        case .notThere(let database): "there is no database \(database) to replace"
        case .inUse(let database, let sessions): "the database \(database) is in use: \(Self.listed(sessions))"
        case .notProven(let database, let faults):
            "the restored database is not what was dumped, and \(database) stays as it is: \(Self.listed(faults))"
        case .notSwapped(let database, let restored, let reason, _, _):
            "the backup is restored and proven as \(restored), but \(database) could not be replaced: \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .badPattern: "Write schema.table, with double quotes around a name that has capitals or signs."
        case .notInBackup: "See what is in it: add --dry-run and leave out --table and --schema."
        case .ambiguous: "Say which: schema.table."
        case .selectionExists:
            "Nothing was changed. Rename or drop what is there (an index keeps its name when its table is renamed), "
                + "or restore into a new database (--create) and copy over what you need."
        case .selectionNeeds(_, let tables):
            tables.isEmpty
                ? "Make it first, or restore the whole schema (--schema)."
                : "Restore them as well: " + tables.map { "--table '\($0)'" }.joined(separator: " ")
        case .rowsThroughTable(_, let tables):
            "Restore it into a new database (--create \(tables.map { "--table '\($0)'" }.joined(separator: " "))), and copy "
                + "over the rows that are missing."
        case .standby: "Name the primary."
        case .lacksPrivilege(_, _, let hint): hint
        case .otherDatabase: "Let both name the same, or leave the database out of the URL."
        case .notThere: "Leave out --replace, and add --create to have it made."
        case .inUse:
            "Stop what uses it; or add --disconnect: these sessions are then ended at the moment of the swap, when all "
                + "is restored and proven."
        case .notProven:
            "Keep an older backup at hand. If you want this one all the same: leave out --replace and restore into a "
                + "new database (--create)."
        case .notSwapped(_, _, _, let statements, _):
            "It stays there. Swap it in with: \(statements.joined(separator: " "))"
        }
    }

    package var category: FailureCategory {
        switch self {
        case .badPattern, .notInBackup, .ambiguous, .otherDatabase: .usage
        case .selectionExists, .standby: .cannotWrite
        case .selectionNeeds, .rowsThroughTable, .notThere: .unavailable
        case .lacksPrivilege: .permission
        case .inUse: .tryLater
        case .notProven: .damaged
        case .notSwapped(_, _, _, _, let category): category
        }
    }

    /// The first few, and how many more.
    private static func listed(_ things: [String], most: Int = 10) -> String {
        let shown = things.prefix(most).joined(separator: "; ")
        return things.count > most ? "\(shown) and \(things.count - most) more" : shown
    }
}
