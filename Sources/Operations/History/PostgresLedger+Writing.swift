package import JobModel
import Postgres

extension PostgresLedger {
    package func record(_ promises: [SchedulePromise]) async throws {
        // The last of a job counts; in an order in which no two daemons can wait for each other.
        let latest = Dictionary(promises.map { ($0.job, $0) }) { $1 }
        let records = try RunRecords.json(latest.values.sorted { $0.job < $1.job })
        try await write { session in
            _ = try await session.query(
                """
                INSERT INTO dbops.promises (job, schedule, since, accounted_through)
                SELECT job, schedule, since, accounted_through
                FROM pg_catalog.jsonb_to_recordset($1::jsonb) AS promise (
                    job text, schedule text, since timestamptz, accounted_through timestamptz)
                ORDER BY job
                ON CONFLICT (job) DO UPDATE SET schedule = excluded.schedule, since = excluded.since,
                    accounted_through = excluded.accounted_through
                """, [records])
        }
    }

    package func removePromises(of jobs: [String]) async throws {
        let names = try RunRecords.json(jobs)
        try await write { session in
            _ = try await session.query(
                """
                DELETE FROM dbops.promises
                WHERE job IN (SELECT pg_catalog.jsonb_array_elements_text($1::jsonb))
                """, [names])
        }
    }

    package func record(_ runs: [Run]) async throws {
        let records = try RunRecords.json(of: runs)
        try await write { session in
            _ = try await session.query("WITH \(RunRecords.wanted) \(RunRecords.insertion)", [records])
        }
    }

    package func claim(_ runs: [Run]) async throws -> Set<RunID> {
        let records = try RunRecords.json(of: runs)
        return try await write { session in
            let claimed = try await session.query(
                """
                WITH \(RunRecords.wanted), inserted AS (\(RunRecords.insertion) RETURNING id)
                SELECT id FROM inserted
                UNION
                SELECT runs.id FROM dbops.runs JOIN wanted ON wanted.id = runs.id WHERE runs.outcome IS NULL
                """, [records])
            return Set(try claimed.rows.map { try $0.runID() })
        }
    }

    package func update(_ run: Run) async throws {
        let records = try RunRecords.json(of: [run])
        try await write { session in
            _ = try await session.query(
                """
                WITH \(RunRecords.wanted), changed AS (
                    UPDATE dbops.runs SET outcome = wanted.outcome, reason = wanted.reason, message = wanted.message,
                        started_at = wanted.started_at, ended_at = wanted.ended_at, host = wanted.host,
                        attempts = wanted.attempts, missed_firings = wanted.missed_firings, instant = wanted.instant,
                        plan = wanted.plan, report = wanted.report
                    FROM wanted WHERE runs.id = wanted.id AND (runs.outcome IS NULL
                        OR runs.outcome = 'interrupted' AND runs.reason = 'crash' AND wanted.outcome <> 'interrupted'))
                \(RunRecords.insertion)
                """, [records])
        }
    }

    package func append(_ lines: [RunLogLine], to run: RunID) async throws {
        try await write { session in
            let found = try await session.query(
                """
                SELECT number, (
                    SELECT coalesce(max(number), 0) FROM dbops.log_lines WHERE run_number = runs.number) AS last
                FROM dbops.runs WHERE id = $1
                """, [ServerText(run.description)])
            guard let row = found.rows.first else { return }
            let last = try row.int("last")
            let records = try RunRecords.json(RunTextLimits.bounded(lines, after: last))
            _ = try await session.query(
                """
                INSERT INTO dbops.log_lines (run_number, number, at, level, text)
                SELECT $2::bigint, $3::integer + position, (line->>'at')::timestamptz, line->>'level', line->>'text'
                FROM pg_catalog.jsonb_array_elements($1::jsonb) WITH ORDINALITY AS lines (line, position)
                """, [records, ServerText("\(try row.int64("number"))"), ServerText("\(last)")])
        }
    }

    package func forget(endedBefore instant: CivilTime) async throws {
        let limit = ServerText("\(instant.secondsSinceEpoch)")
        try await write { session in
            _ = try await session.query(
                "DELETE FROM dbops.beats WHERE at < pg_catalog.to_timestamp($1::bigint)", [limit])
        }
        // Some at a time, so that a long history is not one long statement.
        while try await write({ try await Self.forgetSome(limit, $0) }) {}
    }

    private static func forgetSome(_ limit: ServerText, _ session: Session) async throws -> Bool {
        let forgotten = try await session.query(
            """
            WITH old AS (
                SELECT number FROM dbops.runs AS old
                WHERE instant < pg_catalog.to_timestamp($1::bigint) AND outcome IS NOT NULL
                    AND coalesce(ended_at, instant) < pg_catalog.to_timestamp($1::bigint)
                    AND EXISTS (
                        SELECT 1 FROM dbops.runs AS newer
                        WHERE newer.job = old.job AND newer.outcome = old.outcome
                            AND (newer.instant, newer.number) > (old.instant, old.number))
                ORDER BY instant, number LIMIT 10000
            ), gone AS (DELETE FROM dbops.runs USING old WHERE runs.number = old.number RETURNING 1)
            SELECT count(*) AS count FROM gone
            """, [limit])
        return try forgotten.onlyRow().int("count") == 10_000
    }

    package func withdraw(dueAfter instant: CivilTime) async throws {
        try await write { session in
            _ = try await session.query(
                """
                DELETE FROM dbops.runs
                WHERE instant > pg_catalog.to_timestamp($1::bigint)
                    AND scheduled_at > pg_catalog.to_timestamp($1::bigint) AND started_at IS NULL
                """, [ServerText("\(instant.secondsSinceEpoch)")])
        }
    }

    package func remember(_ text: String?, as name: String) async throws {
        try await write { session in
            guard let text else {
                _ = try await session.query("DELETE FROM dbops.memory WHERE name = $1", [ServerText(name)])
                return
            }
            _ = try await session.query(
                """
                INSERT INTO dbops.memory (name, text) VALUES ($1, $2)
                ON CONFLICT (name) DO UPDATE SET text = excluded.text
                """, [ServerText(name), ServerText(text)])
        }
    }

    package func beat(host: String, at instant: CivilTime) async throws {
        try await write { session in
            _ = try await session.query(
                """
                INSERT INTO dbops.beats (host, at) VALUES ($1, pg_catalog.to_timestamp($2::bigint))
                ON CONFLICT (host) DO UPDATE SET at = excluded.at
                """, [ServerText(host), ServerText("\(instant.secondsSinceEpoch)")])
        }
    }
}
