import JobModel

/// The statement that answers a ``RunQuery`` in PostgreSQL. Each outcome is looked up in an index of its own order and
/// cut to the limit before they are put together.
struct LedgerSelection: Sendable {
    private(set) var sql: ServerText = ""
    private(set) var parameters: [ServerText?] = []

    init(_ query: RunQuery) {
        let limit = parameter("\(max(0, query.limit))")
        let texts: ServerText = query.omitsTexts ? "NULL AS plan, NULL AS report" : "plan, report"
        let columns: ServerText = "\(Self.columns), \(texts), instant, number"
        let source = source(query)
        let common = conditions(query)
        let outcomes = query.outcomes.map(\.rawValue).sorted()
        let alternatives: [[ServerText]] = outcomes.isEmpty ? [[]] : outcomes.map { ["outcome = \(parameter($0))"] }
        let parts = alternatives.map { alternative -> ServerText in
            let all = common + alternative
            let filter: ServerText = all.isEmpty ? "" : "WHERE \(all.joined(separator: " AND "))"
            return "(SELECT \(columns) FROM \(source) \(filter) \(Self.order) LIMIT \(limit)::bigint)"
        }
        sql = "SELECT * FROM (\(parts.joined(separator: " UNION ALL "))) AS runs \(Self.order) LIMIT \(limit)::bigint"
    }

    static let columns: ServerText = """
        id, job, kind, cause, extract(epoch FROM scheduled_at)::bigint AS scheduled_at, outcome, reason,
        extract(epoch FROM started_at)::bigint AS started_at, extract(epoch FROM ended_at)::bigint AS ended_at, host,
        attempts, missed_firings, message
        """
    private static let order: ServerText = "ORDER BY instant DESC, number DESC"

    /// Keeps `value` and returns its place.
    private mutating func parameter(_ value: String) -> ServerText {
        parameters.append(ServerText(value))
        return "$\(parameters.count)"
    }

    /// Names are looked up first, which the planner would not do by itself: it hopes to meet them soon on its way through
    /// the newest runs.
    private mutating func source(_ query: RunQuery) -> ServerText {
        guard let prefix = query.idPrefix else { return "dbops.runs" }
        // Ids hold nothing behind "z", and their column is sorted by bytes.
        let place = parameter(prefix)
        return "(SELECT * FROM dbops.runs WHERE id >= \(place) AND id < \(place) || '~' OFFSET 0) AS named"
    }

    private mutating func conditions(_ query: RunQuery) -> [ServerText] {
        var conditions: [ServerText] = []
        if let job = query.job { conditions.append("job = \(parameter(job))") }
        if let since = query.since {
            conditions.append("instant >= pg_catalog.to_timestamp(\(parameter("\(since.secondsSinceEpoch)"))::bigint)")
        }
        if let until = query.until {
            conditions.append("instant < pg_catalog.to_timestamp(\(parameter("\(until.secondsSinceEpoch)"))::bigint)")
        }
        return conditions
    }
}
