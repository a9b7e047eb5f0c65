import GRDB
package import JobModel

extension RunCatalog {
    package func record(_ promises: [SchedulePromise]) async throws {
        try await write { db in
            for promise in promises {
                try db.execute(
                    sql: """
                        INSERT INTO promises (job, schedule, since, accounted_through) VALUES (?, ?, ?, ?)
                        ON CONFLICT (job) DO UPDATE SET schedule = excluded.schedule, since = excluded.since,
                            accounted_through = excluded.accounted_through
                        """,
                    arguments: [
                        promise.job, promise.schedule, promise.since.secondsSinceEpoch,
                        promise.accountedThrough.secondsSinceEpoch,
                    ])
            }
        }
    }

    package func removePromises(of jobs: [String]) async throws {
        try await write { db in
            for job in jobs { try db.execute(sql: "DELETE FROM promises WHERE job = ?", arguments: [job]) }
        }
    }

    package func record(_ runs: [Run]) async throws {
        try await write { db in
            for run in runs { _ = try db.insert(run) }
        }
    }

    package func claim(_ runs: [Run]) async throws -> Set<RunID> {
        try await write { db in
            Set(try runs.filter { try db.insert($0) || db.isUnfinished($0.id) }.map(\.id))
        }
    }

    package func update(_ run: Run) async throws {
        try await write { db in
            guard try !db.insert(run) else { return }
            try db.execute(
                sql: """
                    UPDATE runs SET outcome = :outcome, reason = :reason, message = :message, started_at = :started_at,
                        ended_at = :ended_at, host = :host, attempts = :attempts, missed_firings = :missed_firings,
                        instant = :instant, plan = :plan, report = :report
                    WHERE id = :id AND (outcome IS NULL
                        OR outcome = 'interrupted' AND reason = 'crash' AND :outcome <> 'interrupted')
                    """,
                arguments: RunTextLimits.bounded(run).changes)
        }
    }

    package func append(_ lines: [RunLogLine], to run: RunID) async throws {
        try await write { db in
            guard
                let number = try Int.fetchOne(
                    db, sql: "SELECT number FROM runs WHERE id = ?", arguments: [run.description])
            else { return }
            let last = try Int.fetchOne(
                db, sql: "SELECT max(number) FROM log_lines WHERE run_number = ?", arguments: [number])
            for (offset, line) in RunTextLimits.bounded(lines, after: last ?? 0).enumerated() {
                try db.execute(
                    sql: "INSERT INTO log_lines (run_number, number, at, level, text) VALUES (?, ?, ?, ?, ?)",
                    arguments: [
                        number, (last ?? 0) + 1 + offset, line.at.secondsSinceEpoch, line.level, line.text,
                    ])
            }
        }
    }

    package func forget(endedBefore instant: CivilTime) async throws {
        while try await forgetSome(endedBefore: instant) {}
    }

    /// Some at a time, so that others can write meanwhile; false where nothing is left to forget.
    private func forgetSome(endedBefore instant: CivilTime) async throws -> Bool {
        try await write { db in
            try db.execute(sql: "DELETE FROM beats WHERE at < ?", arguments: [instant.secondsSinceEpoch])
            try db.execute(
                sql: """
                    DELETE FROM runs WHERE number IN (
                        SELECT number FROM runs AS old
                        WHERE instant < :instant AND outcome IS NOT NULL AND coalesce(ended_at, instant) < :instant
                            AND EXISTS (
                                SELECT 1 FROM runs AS newer
                                WHERE newer.job = old.job AND newer.outcome = old.outcome
                                    AND newer.instant >= old.instant
                                    AND (newer.instant, newer.number) > (old.instant, old.number))
                        ORDER BY instant LIMIT 1000)
                    """,
                arguments: ["instant": instant.secondsSinceEpoch])
            return db.changesCount == 1_000
        }
    }

    package func withdraw(dueAfter instant: CivilTime) async throws {
        try await write { db in
            try db.execute(
                sql: "DELETE FROM runs WHERE instant > :instant AND scheduled_at > :instant AND started_at IS NULL",
                arguments: ["instant": instant.secondsSinceEpoch])
        }
    }

    package func remember(_ text: String?, as name: String) async throws {
        try await write { db in
            try db.execute(sql: "DELETE FROM memory WHERE name = ?", arguments: [name])
            guard let text else { return }
            try db.execute(sql: "INSERT INTO memory (name, text) VALUES (?, ?)", arguments: [name, text])
        }
    }

    package func beat(host: String, at instant: CivilTime) async throws {
        try await write { db in
            try db.execute(
                sql: "INSERT INTO beats (host, at) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET at = excluded.at",
                arguments: [host, instant.secondsSinceEpoch])
        }
    }
}

extension Database {
    /// False where the run or its instant has a record.
    fileprivate func insert(_ run: Run) throws -> Bool {
        // Compiled once: a thousand runs that are due in one second are claimed one after the other.
        let statement = try cachedStatement(
            sql: """
                INSERT INTO runs (id, job, kind, cause, scheduled_at, outcome, reason, started_at, ended_at, host,
                    attempts, missed_firings, instant, message, plan, report)
                VALUES (:id, :job, :kind, :cause, :scheduled_at, :outcome, :reason, :started_at, :ended_at, :host,
                    :attempts, :missed_firings, :instant, :message, :plan, :report)
                ON CONFLICT DO NOTHING
                """)
        try statement.execute(arguments: RunTextLimits.bounded(run).arguments)
        return changesCount == 1
    }

    fileprivate func isUnfinished(_ id: RunID) throws -> Bool {
        try Bool.fetchOne(
            self, sql: "SELECT EXISTS (SELECT 1 FROM runs WHERE id = ? AND outcome IS NULL)",
            arguments: [id.description]) ?? false
    }
}
