import GRDB
import JobModel

/// The statement that answers a ``RunQuery``.
///
/// Each outcome is looked up in an index of its own order and cut to the limit before they are put together: a rare
/// outcome in a long history costs no more than a common one.
struct RunSelection {
    let sql: String
    private(set) var arguments: StatementArguments = []

    init(_ query: RunQuery) {
        let columns =
            query.omitsTexts ? Self.columns + ", NULL AS plan, NULL AS report" : Self.columns + ", plan, report"
        var parts: [String] = []
        for outcome in query.outcomes.sorted(by: { $0.rawValue < $1.rawValue }).map(Optional.some) + [nil]
        where query.outcomes.isEmpty || outcome != nil {
            let (condition, values) = Self.condition(query, outcome)
            parts.append("SELECT * FROM (SELECT \(columns) FROM runs \(condition) \(Self.order) LIMIT ?)")
            arguments += values
            arguments += [max(0, query.limit)]
        }
        sql = "\(parts.joined(separator: " UNION ALL ")) \(Self.order) LIMIT ?"
        arguments += [max(0, query.limit)]
    }

    private static let order = "ORDER BY instant DESC, number DESC"
    private static let columns = """
        number, id, job, kind, cause, scheduled_at, outcome, reason, started_at, ended_at, host, attempts, \
        missed_firings, instant, message
        """

    private static func condition(_ query: RunQuery, _ outcome: RunOutcome?) -> (String, StatementArguments) {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += [value]
        }
        add("job = ?", query.job)
        add("outcome = ?", outcome?.rawValue)
        add("instant >= ?", query.since?.secondsSinceEpoch)
        add("instant < ?", query.until?.secondsSinceEpoch)
        // Ids hold nothing behind "z".
        add("id >= ?", query.idPrefix)
        add("id < ? || '~'", query.idPrefix)
        return (conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "), arguments)
    }
}
