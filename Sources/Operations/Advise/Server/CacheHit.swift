import JobModel
import Postgres

extension AdviceCheck {
    /// That much is read from outside the server's own cache, and slowly.
    static func cacheHit(_ limits: CacheHitLimits = CacheHitLimits()) -> AdviceCheck {
        AdviceCheck(
            .cacheHit, "blocks that are read slowly", sql: { _ in CacheHit.query },
            finding: { row, server in try CacheHit.finding(row, limits, server) })
    }
}

/// From where on reads are worth a word.
struct CacheHitLimits: Sendable {
    /// Less than this found in the cache. Default: 0.9.
    var fraction = 0.9
    /// At least so many reads. Default: 1 M.
    var reads = 1_000_000
    /// And each so slow: a read from the system's own cache takes a few microseconds. Default: 0.5 ms.
    var milliseconds = 0.5
}

/// The fraction alone says little, for what is not in `shared_buffers` may be in the system's cache: only together with
/// the time that reads take is it a finding.
enum CacheHit {
    static func finding(_ row: ResultTable.Row, _ limits: CacheHitLimits, _ server: AdviceServer) throws -> Finding? {
        let (hits, reads, time) = (try row.int("hits"), try row.int("reads"), try row.double("milliseconds"))
        guard reads >= limits.reads, reads > 0 else { return nil }
        let (fraction, each) = (Double(hits) / Double(hits + reads), time / Double(reads))
        guard fraction < limits.fraction, each >= limits.milliseconds else { return nil }
        return Finding(
            .cacheHit, object: "database", severity: .notice, confidence: .estimated,
            summary: "\(Int(fraction * 100)) % of blocks were in shared_buffers, and a read of the others took "
                + "\((each * 10).rounded() / 10) ms",
            evidence: [
                "hit_percent": .integer(Int(fraction * 100)), "blocks_read": .integer(reads),
                "milliseconds_per_read": .number(each), "shared_buffers": .text(try row.name("buffers")),
                "observed_seconds": .integer(Int(server.observedForSeconds)),
            ],
            remedy: Remedy(
                [],
                advice: "First see which statements read so much (blocks read in pg_stat_statements): an index may be "
                    + "missing. Then more shared_buffers, up to a quarter of the memory, or more memory.",
                lock: "None.",
                risk: "shared_buffers takes memory from the system's cache, and needs a restart."),
            caveat:
                "Large reads that happen once, such as backups, spoil the fraction, and blocks count as read also where "
                + "the system's cache had them.", measure: each)
    }

    /// Without `track_io_timing` nothing is known of time.
    static let query: ServerText = """
        SELECT blks_hit AS hits, blks_read AS reads, blk_read_time AS milliseconds,
          pg_catalog.current_setting('shared_buffers') AS buffers
        FROM pg_catalog.pg_stat_database
        WHERE datname = pg_catalog.current_database() AND pg_catalog.current_setting('track_io_timing')::pg_catalog.bool
        """
}
