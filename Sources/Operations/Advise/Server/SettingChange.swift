import JobModel
import Postgres

extension AdviceCheck {
    /// Settings that were changed in a file, and wait for a restart, which may come as a surprise.
    static let pendingRestart = AdviceCheck(
        .pendingRestart, "settings that wait for a restart", sql: { _ in SettingChange.pending },
        finding: { row, _ in try SettingChange.pendingFinding(row) })

    /// Settings that are others than at the last run: told once.
    static let settingChanged = AdviceCheck(.settingChanged, "settings that were changed") { probe in
        // Others do not see all settings, and would take those for new that the next role sees.
        try probe.server.requireSightOfSessions()
        var found: [String: String] = [:]
        for row in try await probe.rows(SettingChange.query) {
            found[try row.string("name")] = try row.string("digest")
        }
        let before: [String: String]? = await probe.remembered(.settingChanged)
        try await probe.remember(found, of: .settingChanged)
        return before.map { SettingChange.findings(from: $0, to: found) } ?? []
    }
}

enum SettingChange {
    static func pendingFinding(_ row: ResultTable.Row) throws -> Finding {
        let name = try row.string("name")
        return Finding(
            .pendingRestart, object: name, severity: .notice, confidence: .certain,
            summary: "was changed, and gets its new value at the next restart", evidence: [:],
            remedy: Remedy(
                [], advice: "Restart the server when it suits, or take the change back.", lock: "None.",
                risk: "A value that the server cannot use keeps it from starting: try postgres -C \(name) first."),
            caveat: "Somebody may have planned the restart.")
    }

    /// By digests: values may hold secrets, such as primary_conninfo.
    static func findings(from before: [String: String], to now: [String: String]) -> [Finding] {
        Set(before.keys).union(now.keys).sorted().filter { before[$0] != now[$0] }.map { name in
            let what =
                before[name] == nil ? "was set" : now[name] == nil ? "has its default again" : "has another value"
            return Finding(
                .settingChanged, object: name, severity: .notice, confidence: .baseline,
                summary: "\(what) since the last run", evidence: [:],
                remedy: Remedy(
                    ["SELECT name, setting, source, sourcefile FROM pg_settings WHERE name = '\(name)';"],
                    advice: "Nothing, where the change was meant.", lock: "None.", risk: "None."),
                caveat: "It is told once; the next run compares with what is now.")
        }
    }

    /// What the command line says counts for more than any file, and yet is marked where a file says otherwise.
    static let pending: ServerText = """
        SELECT name FROM pg_catalog.pg_settings WHERE pending_restart AND source <> 'command line'
        """

    /// What files, commands of the server and its start say; not what hangs on who asks.
    static let query: ServerText = """
        SELECT name, pg_catalog.md5(reset_val) AS digest FROM pg_catalog.pg_settings
        WHERE source IN ('configuration file', 'command line', 'environment variable', 'session', 'override')
          AND context <> 'internal' AND boot_val IS DISTINCT FROM reset_val AND reset_val IS NOT NULL
          AND name NOT IN ('application_name', 'client_encoding', 'transaction_isolation', 'transaction_read_only')
        """
}
