import GRDB
import JobModel

/// A row that no dbops has written.
struct RowDecodingError: Error, CustomStringConvertible {
    let description: String
}

extension Run {
    /// A row of the table `runs`.
    init(_ row: Row) throws {
        let id: String = row["id"]
        let cause: String = row["cause"]
        guard let runID = RunID(id), let trigger = RunTrigger(rawValue: cause) else {
            throw RowDecodingError(description: "a run named \"\(id)\", started by \"\(cause)\"")
        }
        self.init(
            id: runID, job: row["job"], kind: row["kind"], trigger: trigger, scheduledAt: row.instant("scheduled_at"),
            outcome: try row.value("outcome", RunOutcome.init), reason: try row.value("reason", RunReason.init),
            message: row["message"], startedAt: row.instant("started_at"), endedAt: row.instant("ended_at"),
            host: row["host"], attempts: row["attempts"], missedFirings: row["missed_firings"])
        plan = row["plan"]
        report = row["report"]
    }

    /// For the insertion of a row: the columns' names as those of the arguments.
    var arguments: StatementArguments {
        changes + [
            "job": job, "kind": kind, "cause": trigger.rawValue, "scheduled_at": scheduledAt?.secondsSinceEpoch,
        ]
    }

    /// For an update: what may change, and the id.
    var changes: StatementArguments {
        [
            "id": id.description, "outcome": outcome?.rawValue, "reason": reason?.rawValue, "message": message,
            "started_at": startedAt?.secondsSinceEpoch, "ended_at": endedAt?.secondsSinceEpoch, "host": host,
            "attempts": attempts, "missed_firings": missedFirings, "instant": instant.secondsSinceEpoch,
            "plan": plan, "report": report,
        ]
    }
}

extension Row {
    func instant(_ column: String) -> CivilTime? {
        let seconds: Int? = self[column]
        return seconds.map { CivilTime(secondsSinceEpoch: $0) }
    }

    fileprivate func value<Value>(_ column: String, _ make: (String) -> Value?) throws -> Value? {
        guard let text = self[column] as String? else { return nil }
        guard let value = make(text) else { throw RowDecodingError(description: "the \(column) \"\(text)\"") }
        return value
    }
}
