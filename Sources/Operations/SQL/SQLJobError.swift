package import JobModel
import Postgres

/// Why a job of kind sql cannot be done, or did not do what it should. Places are `FILE:LINE`, or `sql:LINE` for
/// statements that stand in the job file.
package enum SQLJobError: UserFacingError, Equatable {
    case unreadable(path: String, reason: String)
    /// There is no statement in it.
    case empty(source: String)
    /// The text cannot be split into statements.
    case script(place: String, reason: String)
    /// COPY with data of the client, which a job does not have.
    case copyOfClient(place: String)
    /// A statement that begins or ends a transaction, in a job that keeps the transaction itself.
    case transactionControl(place: String, word: String, mode: String)
    /// Batches repeat one statement that says how many rows it has touched.
    case notABatch(place: String, reason: String)
    /// The script ended inside of a transaction that it had begun.
    case transactionLeftOpen(place: String)
    /// The server refused a statement; the rest was not tried.
    case statement(place: String, reason: String, hint: String?, category: FailureCategory)
    /// The connection was lost while the server was to commit.
    case commitUnknown(place: String, reason: String)
    /// A statement that writes, the last one, or all batches together, touched another number of rows.
    case rows(found: Int, minimum: Int?, maximum: Int?, isUndone: Bool)
    /// The query of `check` did not give true.
    case check(found: String, isUndone: Bool)

    package var message: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .empty(let source): "\(source) holds no statement"
        case .script(let place, let reason): "\(place): \(reason)"
        case .copyOfClient(let place): "\(place): COPY from or to the client has no data here"
        case .transactionControl(let place, let word, let mode):
            "\(place): \(word) cannot stand in a job with mode = \"\(mode)\", which keeps the transaction itself"
        case .notABatch(let place, let reason): "\(place): \(reason)"
        case .transactionLeftOpen(let place): "\(place): the script ends inside of a transaction that it began"
        case .statement(let place, let reason, _, _): "\(place): \(reason)"
        case .commitUnknown(let place, let reason):
            "\(place): the connection was lost during COMMIT, so it is not known whether it was done: \(reason)"
        case .rows(let found, let minimum, let maximum, let isUndone):
            "the rows are \(Quantities.count(found)), but should be \(Self.range(minimum, maximum))"
                + Self.consequence(isUndone)
        case .check(let found, let isUndone): "the check gave \(found), not true" + Self.consequence(isUndone)
        }
    }

    package var hint: String? {
        switch self {
        case .unreadable: "Name a file of this machine that dbops may read."
        case .empty, .script: "dbops run JOB --dry-run shows the statements as they are understood."
        case .copyOfClient: "Let the server read the file (COPY … FROM '/path'), or write INSERT."
        case .transactionControl(_, _, let mode):
            mode == "transaction" ? "Take it out, or set mode = \"autocommit\"." : "Take it out."
        case .notABatch: "Write one UPDATE, INSERT, DELETE or MERGE that touches a limited number of rows."
        case .transactionLeftOpen: "What it had done is undone; end the script with COMMIT."
        case .statement(_, _, let hint, _): hint
        case .commitUnknown: "Look at the data before the job runs again."
        case .rows, .check: nil
        }
    }

    package var category: FailureCategory {
        switch self {
        case .unreadable, .empty, .script, .copyOfClient, .transactionControl, .notABatch: .configuration
        case .transactionLeftOpen, .commitUnknown: .failed
        case .statement(_, _, _, let category): category
        case .rows, .check: .damaged
        }
    }

    /// What the server said of the statement at this place.
    static func refused(_ error: PostgresError, at place: String, mode: SQLJob.Mode) -> SQLJobError {
        .statement(place: place, reason: error.message, hint: hint(error, mode), category: error.category)
    }

    private static func hint(_ error: PostgresError, _ mode: SQLJob.Mode) -> String? {
        guard case .statement(let failure) = error else { return error.hint }
        let isOutsideOnly = failure.sqlState == SQLState("25001") && mode != .autocommit
        return isOutsideOnly ? "Set mode = \"autocommit\"." : failure.hint
    }

    private static func range(_ minimum: Int?, _ maximum: Int?) -> String {
        switch (minimum, maximum) {
        case (let least?, let most?) where least == most: Quantities.count(least)
        case (let least?, let most?): "\(Quantities.count(least)) to \(Quantities.count(most))"
        case (let least?, nil): "at least \(Quantities.count(least))"
        case (nil, let most?): "at most \(Quantities.count(most))"
        case (nil, nil): "any number"
        }
    }

    private static func consequence(_ isUndone: Bool) -> String {
        isUndone ? "; what the statements had done is undone" : "; what the statements have done stays"
    }
}
