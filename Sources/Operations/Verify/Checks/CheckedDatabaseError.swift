import JobModel

/// Why it is not clear which database the checks by SQL ask.
enum CheckedDatabaseError: UserFacingError, Equatable {
    case notSaid
    case notNeeded(database: String)

    var message: String {
        switch self {
        case .notSaid: "a dump of pg_dumpall may hold several databases, and nothing says which one the checks ask"
        case .notNeeded(let database):
            "the checks are sent to the database \(database), and what is restored is one database, under another name"
        }
    }

    var hint: String? {
        switch self {
        case .notSaid: "Say it: --check-database NAME."
        case .notNeeded: "Leave out --check-database: it is for files of pg_dumpall."
        }
    }

    var category: FailureCategory { .usage }
}
