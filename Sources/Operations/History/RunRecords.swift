import Foundation
import JobModel

/// Values on their way into PostgreSQL: one JSON array for any number of them, so that each write is one statement.
enum RunRecords {
    /// With the values in the order of `elements`.
    static func json(_ elements: [some Encodable]) throws -> ServerText {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return ServerText(bytes: try encoder.encode(elements))
    }

    /// Runs in an order in which no two daemons can wait for each other; of one instant the first comes first.
    static func json(of runs: [Run]) throws -> ServerText {
        let sorted = runs.enumerated().sorted { left, right in
            (left.element.job, left.element.instant, left.offset)
                < (right.element.job, right.element.instant, right.offset)
        }
        return try json(sorted.map { RunTextLimits.bounded($0.element) })
    }

    /// `$1` as a table `wanted` of runs.
    static let wanted: ServerText = """
        wanted AS (
            SELECT *, coalesce(scheduled_at, started_at, ended_at, 'epoch') AS instant
            FROM ROWS FROM (pg_catalog.jsonb_to_recordset($1::jsonb) AS (
                id text, job text, kind text, trigger text, scheduled_at timestamptz, outcome text, reason text,
                message text, started_at timestamptz, ended_at timestamptz, host text, attempts integer,
                missed_firings integer, plan text, report text)) WITH ORDINALITY)
        """

    /// Inserts the runs of `wanted` whose instant is free.
    static let insertion: ServerText = """
        INSERT INTO dbops.runs (id, job, kind, cause, scheduled_at, outcome, reason, message, started_at, ended_at, host,
            attempts, missed_firings, instant, plan, report)
        SELECT id, job, kind, trigger, scheduled_at, outcome, reason, message, started_at, ended_at, host, attempts,
            missed_firings, instant, plan, report
        FROM wanted
        WHERE NOT EXISTS (SELECT 1 FROM dbops.runs WHERE runs.id = wanted.id)
        ORDER BY ordinality
        ON CONFLICT DO NOTHING
        """
}
