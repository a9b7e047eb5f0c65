import JobModel
import Postgres

extension AdviceCheck {
    /// An index that no query has used for as long as anybody has counted.
    static let unusedIndex = unusedIndex(UnusedIndexLimits())

    static func unusedIndex(_ limits: UnusedIndexLimits) -> AdviceCheck {
        AdviceCheck(.unusedIndex, "indexes that no query uses") { probe in
            try await UnusedIndex(limits: limits, probe: probe).findings()
        }
    }
}

/// When an index counts as unused.
struct UnusedIndexLimits: Sendable {
    /// Shorter counts say nothing: there are monthly jobs.
    var leastObservedSeconds = 30 * 86_400.0
    /// Smaller ones cost next to nothing.
    var leastBytes = 1 << 20
    var largeInBytes = 100_000_000
}

private struct UnusedIndex {
    let limits: UnusedIndexLimits
    let probe: AdviceProbe

    func findings() async throws -> [Finding] {
        guard !probe.server.isInRecovery else {
            throw AdviceGap("a standby does not know what is used on its primary")
        }
        try requireObservation(probe.server.observedForSeconds, of: "the server")
        var usedOnStandbys: Set<UInt32> = []
        for standby in probe.standbys {
            let server = try await AdviceServer.gather(standby)
            try requireObservation(server.observedForSeconds, of: "a standby")
            for row in try await standby.query(Self.used).rows { usedOnStandbys.insert(try row.oid("oid")) }
        }
        let rows = try await probe.rows(Self.query(probe.server, leastBytes: limits.leastBytes))
        return try rows.filter { !usedOnStandbys.contains(try $0.oid("oid")) }.map(finding)
    }

    private func requireObservation(_ seconds: Double, of place: String) throws {
        guard seconds < limits.leastObservedSeconds else { return }
        throw AdviceGap(
            "the statistics of \(place) have been counted for \(Quantities.days(seconds)) only, which is less than "
                + "\(Quantities.days(limits.leastObservedSeconds))")
    }

    private func finding(_ row: ResultTable.Row) throws -> Finding {
        let index = try row.name("index")
        let bytes = try row.int("bytes")
        let standbys = try row.int("standbys")
        let isUnsure = standbys > probe.standbys.count
        let days = Quantities.days(probe.server.observedForSeconds)
        return Finding(
            .unusedIndex, object: index, severity: bytes >= limits.largeInBytes ? .warning : .notice,
            confidence: isUnsure ? .estimated : .measured,
            summary: "no query has used it in \(days)",
            evidence: [
                "table": .text(try row.name("table")), "index_bytes": .integer(bytes),
                "observed_seconds": .number(probe.server.observedForSeconds),
                "rows_written_to_table": .integer(try row.int("writes")), "standbys": .integer(standbys),
                "standbys_asked": .integer(probe.standbys.count),
            ],
            remedy: .dropping(
                index: index, risk: "Building it again takes as long as it took; keep its definition: pg_get_indexdef."),
            caveat: isUnsure
                ? "It may be used on a standby that was not asked (read_url in the job file, or --standby); an index made "
                    + "lately has had no time to be used."
                : "A job that runs once a quarter may need it; an index made lately has had no time to be used.",
            measure: Double(bytes))
    }

    /// Only what nothing but queries needs: no constraint, no foreign key, no statistics of an expression, no order of
    /// the table.
    static func query(_ server: AdviceServer, leastBytes: Int) -> ServerText {
        // Before 16 a scan was counted, and not when it was.
        let isUnused: ServerText =
            server.versionNumber >= 160_000
            ? """
            (pg_catalog.pg_stat_get_numscans(i.indexrelid) = 0
              OR pg_catalog.pg_stat_get_lastscan(i.indexrelid) < pg_catalog.now() - '90 days'::pg_catalog.interval)
            """
            : "pg_catalog.pg_stat_get_numscans(i.indexrelid) = 0"
        return """
            SELECT i.indexrelid AS oid, i.indexrelid::pg_catalog.regclass::text AS index,
              i.indrelid::pg_catalog.regclass::text AS table, \(AdviceSQL.bytes(of: "c")) AS bytes,
              pg_catalog.pg_stat_get_tuples_inserted(i.indrelid) + pg_catalog.pg_stat_get_tuples_updated(i.indrelid)
                + pg_catalog.pg_stat_get_tuples_deleted(i.indrelid) AS writes,
              (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_replication) AS standbys
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'i' AND NOT c.relispartition AND \(AdviceSQL.isUsersSchema)
              AND \(AdviceSQL.bytes(of: "c")) > \(leastBytes)
              AND i.indisvalid AND NOT i.indisunique AND NOT i.indisprimary AND NOT i.indisexclusion
              AND NOT i.indisreplident AND NOT i.indisclustered AND i.indexprs IS NULL
              AND \(isUnused)
              AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid)
              AND NOT EXISTS (
                SELECT 1 FROM pg_catalog.pg_constraint f
                WHERE f.contype = 'f' AND f.conrelid = i.indrelid AND (i.indkey::int2[])[0] = ANY (f.conkey))
              AND \(AdviceSQL.isOwn("i.indrelid"))
            """
    }

    private static let used: ServerText = """
        SELECT i.indexrelid AS oid FROM pg_catalog.pg_index i
        WHERE i.indrelid >= 16384 AND pg_catalog.pg_stat_get_numscans(i.indexrelid) > 0
        """
}

extension Quantities {
    /// `12 days`
    static func days(_ seconds: Double) -> String {
        let days = Int(seconds / 86_400)
        return days == 1 ? "1 day" : "\(days) days"
    }
}
