import JobModel
import Postgres

extension AdviceCheck {
    /// Settings by which a crash loses data, or the server stops to look after its tables.
    static let unsafeSetting = AdviceCheck(
        .unsafeSetting, "settings that cost data or health", sql: { _ in UnsafeSetting.query },
        finding: { try UnsafeSetting.finding($0, $1) })

    /// That damage on the disk goes unnoticed.
    static let checksumsOff = AdviceCheck(
        .checksumsOff, "data checksums that are off", sql: { _ in UnsafeSetting.checksums },
        finding: { _, server in UnsafeSetting.checksumsFinding(server) })
}

enum UnsafeSetting {
    private struct Rule {
        let name: String
        let unsafe: String
        let severity: AdviceSeverity
        /// After "is off" or the like.
        let consequence: String
        let right: String

        init(_ name: String, _ unsafe: String, _ severity: AdviceSeverity, _ consequence: String, right: String) {
            self.name = name
            self.unsafe = unsafe
            self.severity = severity
            self.consequence = consequence
            self.right = right
        }

        static func critical(whereOff name: String, _ consequence: String) -> Rule {
            Rule(name, "off", .critical, consequence, right: "on")
        }

        static func critical(whereOn name: String, _ consequence: String) -> Rule {
            Rule(name, "on", .critical, consequence, right: "off")
        }
    }

    private static let rules: [Rule] = [
        .critical(whereOff: "fsync", "a crash of the machine can destroy every database"),
        .critical(
            whereOff: "full_page_writes", "a crash in the midst of a write leaves torn pages that nothing mends"),
        .critical(
            whereOff: "autovacuum", "tables grow, statistics grow old, and only the end of transaction ids starts it"),
        .critical(whereOff: "track_counts", "autovacuum does not know what has changed, and does nothing"),
        .critical(whereOn: "zero_damaged_pages", "damaged pages are emptied without a word"),
        .critical(whereOn: "ignore_checksum_failure", "damaged pages are read as if they were right"),
        .critical(whereOn: "ignore_system_indexes", "every look into the catalogues reads them whole"),
        Rule(
            "synchronous_commit", "off", .notice, "a crash loses what was committed in the last moments", right: "on"),
        Rule(
            "idle_in_transaction_session_timeout", "0", .notice,
            "a session that forgets to commit keeps its locks for ever", right: "10min"),
    ]

    static func finding(_ row: ResultTable.Row, _ server: AdviceServer) throws -> Finding? {
        let (name, value) = (try row.string("name"), try row.name("value"))
        guard let rule = rules.first(where: { $0.name == name && $0.unsafe == value }) else { return nil }
        return Finding(
            .unsafeSetting, object: name, severity: rule.severity, confidence: .certain,
            summary: "is \(value): \(rule.consequence)",
            evidence: ["value": .text(value), "source": .text(try row.name("source"))],
            remedy: .setting(
                name, to: rule.right,
                advice:
                    "Where the value comes from a command line, an ALTER ROLE or an ALTER DATABASE, change it there.",
                risk: "None, but what the setting was to save: time, mostly."),
            caveat: "A server that holds nothing of worth, or is being filled, may run so on purpose.",
            jobFile: name == "autovacuum" ? server.maintainFragment : nil)
    }

    /// The session's own changes, ours among them, say nothing of the server.
    static let query: ServerText = """
        SELECT name, coalesce(CASE WHEN source = 'session' THEN reset_val ELSE setting END, '') AS value, source
        FROM pg_catalog.pg_settings
        WHERE name IN (\(ServerText(rules.map { "'\($0.name)'" }.joined(separator: ", "))))
        """

    static func checksumsFinding(_ server: AdviceServer) -> Finding {
        Finding(
            .checksumsOff, object: "server", severity: .notice, confidence: .certain,
            summary: "data checksums are off: a page that the disk has changed is read as if it were right",
            evidence: [:],
            remedy: Remedy(
                [],
                advice:
                    "Stop the server, run pg_checksums --enable -D DATADIR, and start it; a standby can be done first, "
                    + "and take over.", lock: "The server is down meanwhile.",
                risk: "It reads and writes every page; from then on some per cent of time."),
            caveat: "A file system with checksums of its own (ZFS, Btrfs) does the same below.")
    }

    static let checksums: ServerText = """
        SELECT 1 AS off WHERE pg_catalog.current_setting('data_checksums') = 'off'
        """
}
