import JobModel
import Postgres

extension AdviceCheck {
    /// Transactions that work for long: vacuum removes nothing that died since they began.
    static func longTransaction(leastSeconds: Double = 1_800) -> AdviceCheck {
        AdviceCheck(
            .longTransaction, "long transactions", sql: { try LongTransaction.query($0, isIdle: false, leastSeconds) },
            finding: { row, _ in try LongTransaction.finding(row, isIdle: false) })
    }

    /// Transactions in which a client does nothing: their locks stay, and vacuum removes nothing that died since.
    static func idleInTransaction(leastSeconds: Double = 300) -> AdviceCheck {
        AdviceCheck(
            .idleInTransaction, "sessions idle in a transaction",
            sql: { try LongTransaction.query($0, isIdle: true, leastSeconds) },
            finding: { row, _ in try LongTransaction.finding(row, isIdle: true) })
    }
}

enum LongTransaction {
    static func finding(_ row: ResultTable.Row, isIdle: Bool) throws -> Finding {
        let (process, seconds, blocked) = (try row.int("pid"), try row.double("seconds"), try row.int("blocked"))
        let client = try row.name("client")
        let isDump = try row.bool("is_dump")
        let waiting = blocked == 0 ? "" : "; \(blocked) session\(blocked == 1 ? " waits" : "s wait") for its locks"
        return Finding(
            isIdle ? .idleInTransaction : .longTransaction, object: "session \(process)",
            severity: severity(seconds, blocked: blocked, isIdle: isIdle, isDump: isDump), confidence: .measured,
            summary: "\(client) has \(isIdle ? "done nothing in its transaction" : "been in one transaction") for "
                + "\(Quantities.seconds(seconds))\(waiting)",
            evidence: [
                "process_id": .integer(process), "user": .text(try row.name("role")),
                "database": .text(try row.name("database")), "application": .text(try row.name("application")),
                "client_address": .text(try row.name("address")), "seconds": .integer(Int(seconds)),
                "transaction_seconds": .integer(Int(try row.double("transaction_seconds"))),
                "blocked_sessions": .integer(blocked), "xmin_age": .integer(try row.int("xmin_age")),
            ],
            remedy: remedy(process, isIdle: isIdle),
            caveat: isDump
                ? "It is a backup, which needs one transaction for as long as it takes."
                : "It may be work that has to take so long: look at what it does before it is ended.",
            measure: seconds)
    }

    private static func severity(_ seconds: Double, blocked: Int, isIdle: Bool, isDump: Bool) -> AdviceSeverity {
        if blocked > 0, seconds >= 60 { return isIdle ? .critical : .warning }
        if isDump { return .notice }
        return seconds >= (isIdle ? 3_600 : 4 * 3_600) ? .warning : .notice
    }

    private static func remedy(_ process: Int, isIdle: Bool) -> Remedy {
        Remedy(
            ["SELECT pg_terminate_backend(\(process));"],
            advice: isIdle
                ? "Let the program commit before it waits for something else; idle_in_transaction_session_timeout ends "
                    + "such sessions by itself." : "Split the work into smaller transactions, or give it a standby.",
            lock: "None.", risk: "What the transaction has done is undone, and its program gets an error.")
    }

    /// Statements are left out: they may hold values.
    static func query(_ server: AdviceServer, isIdle: Bool, _ leastSeconds: Double) throws -> ServerText {
        try server.requireSightOfSessions()
        let since: ServerText = isIdle ? "a.state_change" : "a.xact_start"
        return """
            SELECT a.pid, coalesce(a.usename, '') AS role, coalesce(a.datname, '') AS database,
              coalesce(a.application_name, '') AS application, coalesce(a.client_addr::pg_catalog.text, 'socket') AS address,
              coalesce(nullif(a.application_name, ''), a.usename, 'somebody') AS client,
              (a.application_name = 'pg_dump' OR a.application_name LIKE 'dbops %') AS is_dump,
              pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - \(since)) AS seconds,
              pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.xact_start) AS transaction_seconds,
              coalesce(pg_catalog.age(a.backend_xmin), 0) AS xmin_age,
              (SELECT count(*) FROM pg_catalog.pg_stat_activity w
                WHERE w.wait_event_type = 'Lock' AND a.pid = ANY (pg_catalog.pg_blocking_pids(w.pid))) AS blocked
            FROM pg_catalog.pg_stat_activity a
            WHERE a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid()
              AND a.xact_start IS NOT NULL AND (a.state LIKE 'idle in transaction%') = \(isIdle ? "true" : "false")
              AND pg_catalog.clock_timestamp() - \(since) >= \(leastSeconds) * '1 second'::pg_catalog.interval
            """
    }
}
