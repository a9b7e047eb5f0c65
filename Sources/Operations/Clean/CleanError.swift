package import JobModel

/// Why old rows cannot be deleted as a job says.
package enum CleanError: UserFacingError, Equatable {
    /// The condition is more, or less, than an expression.
    case condition(String, reason: String)
    /// The server does not take the condition.
    case conditionRefused(String, reason: String)
    /// The table cannot be cleaned, whatever is forced.
    case table(String, reason: String, hint: String)
    case column(String, table: String, reason: String)
    /// The zone of a column without one.
    case columnTimezone(String, reason: String, hint: String)
    /// The role lacks privileges; the statements give them.
    case privileges(table: String, role: String, missing: [String], grants: [String])
    /// What the run will not do unless it is forced to.
    case refused(table: String, refusals: [CleanRefusal])
    /// Somebody else cleans the table.
    case beingCleaned(table: String)
    /// Others hold locks for longer than a clean-up waits.
    case locked(table: String, reason: String, holders: [String])
    case standby(server: String)
    /// The rows are picked, and none of them goes.
    case rowsStay(table: String)

    package var message: String {
        switch self {
        case .condition(let text, let reason): "the condition \"\(text)\" cannot be used: \(reason)"
        case .conditionRefused(let text, let reason): "the server does not take the condition \"\(text)\": \(reason)"
        case .table(let name, let reason, _): "\(name) cannot be cleaned: \(reason)"
        case .column(let name, let table, let reason): "the column \(name) of \(table) tells no age: \(reason)"
        case .columnTimezone(let zone, let reason, _): "column_timezone = \"\(zone)\" cannot be used: \(reason)"
        case .privileges(let table, let role, let missing, _):
            "\(role) lacks \(missing.joined(separator: ", ")) on \(table)"
        case .refused(let table, let refusals):
            "nothing was deleted from \(table): \(refusals.map(\.message).joined(separator: "; "))"
        case .beingCleaned(let table): "\(table) is being cleaned already, by another session"
        case .locked(let table, let reason, let holders):
            "others have \(table), or rows that go with its rows, locked: "
                + (holders.isEmpty ? reason : "\(holders.joined(separator: "; ")); \(reason)")
        case .standby(let server): "\(server) is a standby, on which nothing can be deleted"
        case .rowsStay(let table): "the rows of \(table) do not go: the server deletes none of those that it is told to"
        }
    }

    package var hint: String? {
        switch self {
        case .condition: "Write one expression over the table's columns, such as: read = true AND kind <> 'system'."
        case .conditionRefused: "Names outside of pg_catalog need their schema; functions must not be volatile."
        case .table(_, _, let hint), .columnTimezone(_, _, let hint): hint
        case .column: "Name a column of type timestamp with time zone, timestamp or date."
        case .privileges(_, _, _, let grants): grants.joined(separator: " ")
        case .refused(_, let refusals): refusals.map(\.advice).joined(separator: " ")
        case .beingCleaned: "Wait for that run to end."
        case .locked(_, _, let holders):
            holders.isEmpty
                ? "Look into pg_locks who that is; with pg_monitor the role would see it."
                : "Wait until they have ended, or end them: SELECT pg_terminate_backend(PROCESS)."
        case .standby: "Name the primary."
        case .rowsStay: "Look for a trigger BEFORE DELETE that returns null."
        }
    }

    package var category: FailureCategory {
        switch self {
        case .condition, .conditionRefused, .table, .column, .columnTimezone, .refused: .configuration
        case .privileges: .permission
        case .beingCleaned, .locked: .tryLater
        case .standby: .unavailable
        case .rowsStay: .failed
        }
    }
}
