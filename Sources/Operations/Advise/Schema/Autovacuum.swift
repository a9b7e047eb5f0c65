import JobModel
import Postgres

extension AdviceCheck {
    /// A table that autovacuum was told to leave alone.
    static let autovacuumDisabled = AdviceCheck(
        .autovacuumDisabled, "tables that autovacuum leaves alone", sql: { _ in Autovacuum.disabled },
        finding: { try Autovacuum.findingOfDisabled($0, $1) })

    /// All of autovacuum's workers are busy for so long that other tables wait.
    static let autovacuumSaturated = autovacuumSaturated(leastSeconds: 30 * 60)

    static func autovacuumSaturated(leastSeconds: Double) -> AdviceCheck {
        AdviceCheck(
            .autovacuumSaturated, "autovacuum without a free worker",
            sql: { server in
                try server.requireSightOfSessions()
                return Autovacuum.busy
            }, finding: { row, _ in try Autovacuum.findingOfBusy(row, leastSeconds: leastSeconds) })
    }

    /// A table so large that the part of it that may be dead before autovacuum comes is a mountain.
    static let autovacuumScaleFactor = autovacuumScaleFactor(leastDeadRows: 20_000_000)

    static func autovacuumScaleFactor(leastDeadRows: Int) -> AdviceCheck {
        AdviceCheck(
            .autovacuumScaleFactor, "huge tables that autovacuum comes to late",
            sql: { Autovacuum.late($0, leastDeadRows: leastDeadRows) },
            finding: { try Autovacuum.findingOfLate($0, $1) })
    }
}

private enum Autovacuum {
    // MARK: - Disabled

    static func findingOfDisabled(_ row: ResultTable.Row, _ server: AdviceServer) throws -> Finding {
        let table = try row.name("table")
        let rows = try row.double("rows")
        let option = try row.bool("is_toast") ? "toast.autovacuum_enabled" : "autovacuum_enabled"
        return Finding(
            .autovacuumDisabled, object: table, severity: rows >= 10_000 ? .warning : .notice, confidence: .certain,
            summary: "\(option) is off: dead rows stay, and statistics grow old",
            evidence: [
                "rows": .number(rows), "dead_rows": .integer(try row.int("dead_rows")), "option": .text(option),
            ],
            remedy: Remedy(
                ["ALTER TABLE \(table) RESET (\(option));"],
                lock: "SHARE UPDATE EXCLUSIVE on \(table), for a moment: reads and writes go on.",
                risk: "Autovacuum may come at once, at its usual pace."),
            caveat: "Somebody may vacuum it at fixed hours instead; against wraparound autovacuum comes all the same.",
            jobFile: server.maintainFragment, measure: rows)
    }

    static let disabled: ServerText = """
        SELECT coalesce(m.oid, t.oid)::pg_catalog.regclass::text AS table, m.oid IS NOT NULL AS is_toast,
          greatest(coalesce(m.reltuples, t.reltuples), 0)::float8 AS rows,
          pg_catalog.pg_stat_get_dead_tuples(t.oid) AS dead_rows
        FROM pg_catalog.pg_class t CROSS JOIN LATERAL pg_catalog.pg_options_to_table(t.reloptions) o
        LEFT JOIN pg_catalog.pg_class m ON t.relkind = 't' AND m.reltoastrelid = t.oid
        JOIN pg_catalog.pg_namespace n ON n.oid = coalesce(m.relnamespace, t.relnamespace)
        WHERE t.reloptions IS NOT NULL AND t.relkind IN ('r', 'm', 't') AND o.option_name = 'autovacuum_enabled'
          AND NOT o.option_value::bool AND \(AdviceSQL.isUsersSchema)
        """

    // MARK: - Saturated

    static func findingOfBusy(_ row: ResultTable.Row, leastSeconds: Double) throws -> Finding? {
        let workers = try row.int("workers")
        let limit = try row.int("limit")
        let shortest = try row.double("shortest_seconds")
        guard workers >= limit, shortest >= leastSeconds else { return nil }
        return Finding(
            .autovacuumSaturated, object: "server", severity: .warning, confidence: .measured,
            summary:
                "all \(limit) autovacuum workers have been busy for \(Quantities.seconds(shortest)) or more: other tables wait",
            evidence: [
                "workers": .integer(workers), "autovacuum_max_workers": .integer(limit),
                "busy_for_at_least_seconds": .number(shortest.rounded()),
                "autovacuum_vacuum_cost_limit": .text(try row.name("cost_limit")),
                "autovacuum_vacuum_cost_delay_ms": .text(try row.name("cost_delay")),
            ],
            remedy: Remedy(
                ["ALTER SYSTEM SET autovacuum_vacuum_cost_limit = 2000;", "SELECT pg_catalog.pg_reload_conf();"],
                advice: "Let the workers work faster; more of them (autovacuum_max_workers) share the same limit.",
                lock: "None.", risk: "More reading and writing while autovacuum runs."),
            caveat: "A few huge tables at once look like this for some hours, and are done with then.")
    }

    /// A worker goes when it has found no more to do in its database; each table is a transaction of its own.
    static let busy: ServerText = """
        SELECT pg_catalog.count(a.pid) AS workers, pg_catalog.current_setting('autovacuum_max_workers') AS limit,
          coalesce(pg_catalog.date_part('epoch', min(pg_catalog.now() - a.backend_start)), 0) AS shortest_seconds,
          CASE WHEN pg_catalog.current_setting('autovacuum_vacuum_cost_limit') = '-1'
            THEN pg_catalog.current_setting('vacuum_cost_limit')
            ELSE pg_catalog.current_setting('autovacuum_vacuum_cost_limit') END AS cost_limit,
          pg_catalog.current_setting('autovacuum_vacuum_cost_delay') AS cost_delay
        FROM pg_catalog.pg_stat_activity a WHERE a.backend_type = 'autovacuum worker'
        """

    // MARK: - Late

    static func findingOfLate(_ row: ResultTable.Row, _ server: AdviceServer) throws -> Finding {
        let table = try row.name("table")
        let limit = try row.double("dead_limit")
        return Finding(
            .autovacuumScaleFactor, object: table, severity: .notice, confidence: .certain,
            summary: "autovacuum comes only after \(Quantities.count(Int(limit))) rows are dead",
            evidence: [
                "rows": .number(try row.double("rows")), "dead_rows_before_vacuum": .number(limit.rounded()),
                "scale_factor": .number(try row.double("factor")), "dead_rows": .integer(try row.int("dead_rows")),
            ],
            remedy: Remedy(
                [
                    "ALTER TABLE \(table) SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 10000);"
                ],
                lock: "SHARE UPDATE EXCLUSIVE on \(table), for a moment: reads and writes go on.",
                risk: "Autovacuum comes more often, and reads the indexes each time."),
            caveat: "A table that only grows, or is vacuumed at fixed hours, does not need it.",
            jobFile: server.maintainFragment, measure: limit)
    }

    /// From 18 on there is an upper limit, which makes this rare.
    static func late(_ server: AdviceServer, leastDeadRows: Int) -> ServerText {
        let limit: ServerText =
            server.versionNumber >= 180_000
            ? """
            least(f.base, nullif(coalesce(
              (SELECT o.option_value::float8 FROM pg_catalog.pg_options_to_table(t.reloptions) o
               WHERE o.option_name = 'autovacuum_vacuum_max_threshold'),
              pg_catalog.current_setting('autovacuum_vacuum_max_threshold')::float8), -1))
            """
            : "f.base"
        return """
            SELECT t.oid::pg_catalog.regclass::text AS table, t.reltuples::float8 AS rows, f.factor,
              d.dead_limit, pg_catalog.pg_stat_get_dead_tuples(t.oid) AS dead_rows
            FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
            CROSS JOIN LATERAL (
              SELECT s.factor, s.factor * t.reltuples AS base FROM (SELECT coalesce(
                (SELECT o.option_value::float8 FROM pg_catalog.pg_options_to_table(t.reloptions) o
                 WHERE o.option_name = 'autovacuum_vacuum_scale_factor'),
                pg_catalog.current_setting('autovacuum_vacuum_scale_factor')::float8) AS factor) s
            ) f
            CROSS JOIN LATERAL (SELECT \(limit) AS dead_limit) d
            WHERE t.relkind IN ('r', 'm') AND \(AdviceSQL.isUsersSchema) AND t.reltuples >= \(leastDeadRows)
              AND d.dead_limit >= \(leastDeadRows)
            """
    }
}
