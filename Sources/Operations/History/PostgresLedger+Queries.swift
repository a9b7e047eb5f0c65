package import JobModel
import Postgres

extension PostgresLedger {
    package func promises() async throws -> [SchedulePromise] {
        try await read { session in
            try await session.query(
                """
                SELECT job, schedule, extract(epoch FROM since)::bigint AS since,
                    extract(epoch FROM accounted_through)::bigint AS accounted_through
                FROM dbops.promises ORDER BY job
                """
            ).rows.map { row in
                SchedulePromise(
                    job: try row.string("job"), schedule: try row.string("schedule"),
                    since: try row.instant("since"), accountedThrough: try row.instant("accounted_through"))
            }
        }
    }

    package func unfinished() async throws -> [Run] {
        try await read { session in
            try await session.query(
                """
                SELECT \(LedgerSelection.columns), plan, report FROM dbops.runs WHERE outcome IS NULL
                ORDER BY instant DESC, number DESC
                """
            ).rows.map { try $0.run() }
        }
    }

    package func runs(_ query: RunQuery) async throws -> [Run] {
        let selection = LedgerSelection(query)
        return try await read { session in
            try await session.query(selection.sql, selection.parameters).rows.map { try $0.run() }
        }
    }

    package func log(of run: RunID) async throws -> [RunLogLine] {
        try await read { session in
            try await session.query(
                """
                SELECT extract(epoch FROM at)::bigint AS at, level, text FROM dbops.log_lines
                WHERE run_number = (SELECT number FROM dbops.runs WHERE id = $1) ORDER BY number
                """, [ServerText(run.description)]
            ).rows.map { row in
                RunLogLine(at: try row.instant("at"), level: try row.string("level"), text: try row.string("text"))
            }
        }
    }

    package func memory(named name: String) async throws -> String? {
        try await read { session in
            try await session.query("SELECT text FROM dbops.memory WHERE name = $1", [ServerText(name)])
                .rows.first?.string("text")
        }
    }

    package func beats() async throws -> [String: CivilTime] {
        try await read { session in
            let rows = try await session.query(
                "SELECT host, extract(epoch FROM at)::bigint AS at FROM dbops.beats"
            ).rows
            return Dictionary(try rows.map { (try $0.string("host"), try $0.instant("at")) }) { $1 }
        }
    }
}
