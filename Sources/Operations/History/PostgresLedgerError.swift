package import JobModel
import Postgres

/// What can be wrong with a run history in PostgreSQL beyond what the server itself says.
package enum PostgresLedgerError: UserFacingError, Equatable {
    /// There is no history in the database.
    case missing(database: String)
    /// A newer dbops has written it.
    case newerSchema(database: String)
    /// The role may not make the schema or its tables.
    case mayNotCreate(database: String, role: String, reason: String)
    /// The database cannot hold every text.
    case encoding(database: String, encoding: String)

    package var message: String {
        switch self {
        case .missing(let database): "there is no run history in \(database)"
        case .newerSchema(let database): "the run history in \(database) was written by a newer dbops"
        case .mayNotCreate(let database, let role, let reason):
            "\(role) may not make the run history in \(database): \(reason)"
        case .encoding(let database, let encoding):
            "\(database) has the encoding \(encoding), which cannot hold every text of a run history"
        }
    }

    package var hint: String? {
        switch self {
        case .missing: "It is made by the first run of a job; name another place by --state."
        case .newerSchema: "Use that version of dbops here too, or another database."
        case .mayNotCreate(_, let role, _):
            "Let a superuser run: CREATE SCHEMA dbops AUTHORIZATION \(ServerText(role).quotedAsIdentifier.text); "
                + "or, where it exists: ALTER SCHEMA dbops OWNER TO \(ServerText(role).quotedAsIdentifier.text);"
        case .encoding: "Make a database for it: CREATE DATABASE dbops ENCODING 'UTF8' TEMPLATE template0;"
        }
    }

    package var category: FailureCategory {
        switch self {
        case .missing, .newerSchema: .unavailable
        case .mayNotCreate: .permission
        case .encoding: .configuration
        }
    }
}
