import JobModel
import Postgres

/// Drops a partition without stopping those who use the table: counted and proven to be old while it is still attached,
/// detached, dropped.
///
/// Source: PostgreSQL manual, "ALTER TABLE", `DETACH PARTITION … CONCURRENTLY` (PostgreSQL 14 and later).
struct PartitionDrop: Sendable {
    private static let mostRetries = 3

    /// Where a partition stands, by its oid.
    enum Standing: Sendable {
        case attached
        /// Its detachment was begun, and is not ended.
        case pending
        case detached
        /// It is gone, has another name, or is a partition of another table.
        case elsewhere
    }

    let session: Session
    let statements: CleanStatements
    let leaf: SQLIdentifier
    let oid: UInt32
    let tuning: CleanTuning

    private var limits: CleanLimits { CleanLimits(session: session, tuning: tuning) }

    func standing() async throws -> Standing {
        let result = try await session.query(
            """
            SELECT i.inhrelid IS NULL AS is_detached, coalesce(i.inhdetachpending, false) AS is_pending
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
             WHERE c.oid = $1::oid AND c.relkind = 'r' AND n.nspname::text = $2::text AND c.relname::text = $3::text
               AND (i.inhparent IS NULL OR i.inhparent = pg_catalog.to_regclass($4::text)::oid)
            """, ["\(oid)", leaf.schema, leaf.name, statements.rows.table.quoted])
        guard let row = result.rows.first else { return .elsewhere }
        if try row.bool("is_detached") { return .detached }
        return try row.bool("is_pending") ? .pending : .attached
    }

    /// Its rows, all of which are old. Throws ``CleanError`` where one is not.
    func countOld() async throws -> Int64 {
        let rows = statements.rows
        let row = try await limits.with(statement: tuning.partitionCountTimeout, allowing: [.sequential]) {
            try await session.query(
                """
                SELECT count(*) AS rows, count(*) FILTER (WHERE \(rows.predicate)) AS old
                  FROM \(rows.source(leaf))
                """
            ).onlyRow()
        }
        guard try row.int64("rows") == row.int64("old") else {
            throw CleanError.table(
                leaf.description, reason: "it holds rows that are not old, and is not dropped",
                hint: "Look at its rows; if it is detached, attach it again or drop it.")
        }
        return try row.int64("rows")
    }

    /// Waits for those who use the partition. What a wait that ends leaves half done is gone on with.
    func detach() async throws {
        var retries = 0
        while true {
            let statement: ServerText
            switch try await standing() {
            case .attached: statement = statements.detach
            case .pending: statement = statements.finalize
            case .detached: return
            case .elsewhere: throw notItself
            }
            do {
                return try await limits.with(statement: tuning.detachTimeout * 2, lock: tuning.detachTimeout) {
                    try await session.execute(statement)
                }
            } catch PostgresError.statement(let failure)
                where Self.isWait(failure.sqlState) && retries < Self.mostRetries
            {
                retries += 1
                try await Task.sleep(for: tuning.retryDelay)
            }
        }
    }

    /// Drops it if the name is still that of this partition, and it is detached.
    func drop() async throws {
        guard case .detached = try await standing() else { throw notItself }
        var retries = 0
        while true {
            do {
                return try await limits.with(statement: tuning.batchTimeout) {
                    try await session.execute(statements.dropOnly(oid))
                }
            } catch PostgresError.statement(let failure)
                where Self.isWait(failure.sqlState) && retries < Self.mostRetries
            {
                retries += 1
                try await Task.sleep(for: tuning.retryDelay * (1 << (retries - 1)))
            }
        }
    }

    private var notItself: CleanError {
        CleanError.table(
            leaf.description, reason: "somebody else moved, renamed or attached it while it was being dropped",
            hint: "Look whether it is still needed.")
    }

    private static func isWait(_ state: SQLState) -> Bool { [.lockNotAvailable, .queryCanceled].contains(state) }
}
