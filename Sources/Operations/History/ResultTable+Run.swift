import JobModel
import Postgres

extension ResultTable.Row {
    /// A row with the columns of ``LedgerSelection``.
    func run() throws -> Run {
        guard let trigger = RunTrigger(rawValue: try string("cause")) else { throw unknown("cause") }
        var run = Run(
            id: try runID(), job: try string("job"), kind: try string("kind"), trigger: trigger,
            scheduledAt: try optionalInstant("scheduled_at"), outcome: try value("outcome", RunOutcome.init),
            reason: try value("reason", RunReason.init), message: try optionalString("message"),
            startedAt: try optionalInstant("started_at"), endedAt: try optionalInstant("ended_at"),
            host: try string("host"), attempts: try int("attempts"), missedFirings: try int("missed_firings"))
        run.plan = try optionalString("plan")
        run.report = try optionalString("report")
        return run
    }

    func runID() throws -> RunID {
        guard let id = RunID(try string("id")) else { throw unknown("id") }
        return id
    }

    /// A column with seconds since 1970-01-01 00:00 UTC.
    func instant(_ column: String) throws -> CivilTime {
        CivilTime(secondsSinceEpoch: try int(column))
    }

    private func optionalInstant(_ column: String) throws -> CivilTime? {
        try optionalText(column) == nil ? nil : instant(column)
    }

    private func value<Value>(_ column: String, _ make: (String) -> Value?) throws -> Value? {
        guard let text = try optionalString(column) else { return nil }
        guard let value = make(text) else { throw unknown(column) }
        return value
    }

    private func unknown(_ column: String) -> PostgresError {
        .unexpectedResult("the run history holds a value of \"\(column)\" that this dbops does not know")
    }
}
