import JobModel
import Postgres

extension AdviceCheck {
    /// Settings at values that suit few servers, or that leave their administrator blind.
    static let untunedSetting = AdviceCheck(
        .untunedSetting, "settings left as few servers want them", sql: { _ in UntunedSetting.query },
        finding: { row, _ in try UntunedSetting.finding(row) })
}

enum UntunedSetting {
    /// What the query tells of the server beside the settings.
    private struct Facts {
        let value: String
        let databaseBytes: Int
        let reads: Int
        let milliseconds: Double

        init(_ row: ResultTable.Row) throws {
            value = try row.name("value")
            databaseBytes = try row.int("database_bytes")
            reads = try row.int("reads")
            milliseconds = try row.double("milliseconds")
        }
    }

    private struct Advice {
        var summary: String
        var right: String
        var risk: String
        var caveat: String
        var needsRestart = false
        var evidence: [String: EvidenceValue] = [:]
    }

    static func finding(_ row: ResultTable.Row) throws -> Finding? {
        let name = try row.string("name")
        let facts = try Facts(row)
        guard let advice = advice(name, facts) else { return nil }
        return Finding(
            .untunedSetting, object: name, severity: .notice, confidence: .certain, summary: advice.summary,
            evidence: advice.evidence.merging(["value": .text(facts.value)]) { first, _ in first },
            remedy: .setting(name, to: advice.right, needsRestart: advice.needsRestart, risk: advice.risk),
            caveat: advice.caveat)
    }

    /// Nil where the value is well.
    private static func advice(_ name: String, _ facts: Facts) -> Advice? {
        switch (name, facts.value) {
        case ("track_io_timing", "off"):
            Advice(
                summary: "is off: how long reads and writes take is counted nowhere", right: "on",
                risk: "On machines with a slow clock it costs some per cent: pg_test_timing tells.",
                caveat: "Something below the server may measure it.")
        case ("log_lock_waits", "off"):
            Advice(
                summary: "is off: who waited for whose lock is found in no log", right: "on",
                risk: "A line in the log for each wait longer than deadlock_timeout.",
                caveat: "Something else may watch pg_locks.")
        case ("wal_level", "minimal"):
            Advice(
                summary: "is minimal: no standby, no archive and no copy of the running server can be made",
                right: "replica", risk: "More WAL, above all of COPY into new tables.",
                caveat: "A server that is being filled may run so on purpose.", needsRestart: true)
        case ("shared_buffers", _): buffers(facts)
        case ("random_page_cost", _): pageCost(facts)
        default: nil
        }
    }

    /// In blocks of the server: its default, 128 MB, is for machines of another age.
    private static func buffers(_ facts: Facts) -> Advice? {
        guard let bytes = Int(facts.value), bytes <= 128 << 20, facts.databaseBytes > 8 * bytes else { return nil }
        return Advice(
            summary: "is \(Quantities.bytes(bytes)), and the database has \(Quantities.bytes(facts.databaseBytes))",
            right: "1GB", risk: "It takes memory from the system's cache: a quarter of the memory is a good start.",
            caveat: "On a machine with little memory, or where the system's cache has all of it, it may be right.",
            needsRestart: true, evidence: ["database_bytes": .integer(facts.databaseBytes)])
    }

    /// The default of 4 is that of disks that turn. What reads take tells what is there; without it nothing is said.
    private static func pageCost(_ facts: Facts) -> Advice? {
        guard let cost = Double(facts.value), cost >= 4, facts.reads >= 100_000 else { return nil }
        let each = facts.milliseconds / Double(facts.reads)
        guard each > 0, each <= 0.5 else { return nil }
        return Advice(
            summary:
                "is \(facts.value), as for disks that turn, and a read takes \((each * 1_000).rounded() / 1_000) ms",
            right: "1.1", risk: "Plans change, towards more use of indexes: as a rule for the better.",
            caveat: "Reads that the system's cache answered are fast on any disk.",
            evidence: ["milliseconds_per_read": .number(each), "blocks_read": .integer(facts.reads)])
    }

    /// The session's own changes, ours among them, say nothing of the server.
    static let query: ServerText = """
        SELECT s.name, CASE WHEN s.name = 'shared_buffers'
            THEN (s.setting::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8)::pg_catalog.text
            WHEN s.source = 'session' THEN s.reset_val ELSE s.setting END AS value,
          (SELECT coalesce(sum(c.relpages::pg_catalog.int8), 0) FROM pg_catalog.pg_class c)::pg_catalog.int8
            * pg_catalog.current_setting('block_size')::pg_catalog.int8 AS database_bytes,
          d.blks_read AS reads, d.blk_read_time AS milliseconds
        FROM pg_catalog.pg_settings s, pg_catalog.pg_stat_database d
        WHERE d.datname = pg_catalog.current_database()
          AND s.name IN ('track_io_timing', 'log_lock_waits', 'wal_level', 'shared_buffers', 'random_page_cost')
        """
}
