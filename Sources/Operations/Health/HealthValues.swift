import Foundation
import JobModel
import Postgres

/// How a database and its server are, at one moment. Counters count up from the start of the statistics; two readings
/// give rates (``HealthRates``).
///
/// Sources: PostgreSQL manual, 28.2 "The Cumulative Statistics System" and chapter 54 "System Views".
package struct HealthValues: Sendable, Equatable, Codable {
    /// By the server's clock, since 1970.
    package var takenAtSeconds: Double
    package var server: ServerHealth
    package var database: DatabaseHealth
    package var connections: ConnectionHealth
    package var transactions: TransactionHealth
    package var tables: TableHealth
    package var checkpoints: CheckpointHealth
    /// Nil where WAL is not archived.
    package var archiver: ArchiverHealth?
    /// Who streams from this server.
    package var standbys: [StandbyHealth]
    /// Where this server streams from; nil on a primary.
    package var recovery: RecoveryHealth?
    package var slots: [SlotHealth]
    /// Nil where pg_stat_statements is not installed in this database, not loaded, or of no known form.
    package var statements: StatementsHealth?

    /// Reads what ``HealthQuery`` returns.
    init(json: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(HealthValues.self, from: Data(json.utf8))
        } catch {
            throw PostgresError.unexpectedResult("the values of the server's health cannot be read: \(error)")
        }
    }
}

package struct ServerHealth: Sendable, Equatable, Codable {
    /// For example 150020 for 15.20.
    package var versionNumber: Int
    package var isStandby: Bool
    package var uptimeSeconds: Double
    /// Whether this role sees what other sessions do; where it does not, values about them are too low.
    package var seesAllSessions: Bool
    /// The age of the oldest unfrozen transaction of all databases: the server stops at about 2,000 million.
    package var oldestXidAge: Int
    package var oldestMultixactAge: Int
    /// The end of the WAL, written or replayed: a counter of WAL in bytes.
    package var walPositionBytes: Int
}

package struct DatabaseHealth: Sendable, Equatable, Codable {
    package var name: String
    package var sizeBytes: Int
    package var xidAge: Int
    package var multixactAge: Int
    package var commits: Int
    package var rollbacks: Int
    /// Blocks that were not in the server's own cache; the system may have had them.
    package var blocksRead: Int
    package var blocksHit: Int
    /// Nil where `track_io_timing` is off.
    package var blockReadSeconds: Double?
    package var temporaryFiles: Int
    package var temporaryFileBytes: Int
    package var deadlocks: Int
    /// Queries that were cancelled on a standby.
    package var recoveryConflicts: Int
    /// Nil where data checksums are off.
    package var checksumFailures: Int?
    package var sessions: Int
    package var sessionsAbandoned: Int
    package var sessionsFatal: Int
    package var sessionsKilled: Int
    /// When the counters began; nil where that was never said.
    package var statisticsResetAtSeconds: Double?
}

package struct ConnectionHealth: Sendable, Equatable, Codable {
    /// Of clients, in all databases.
    package var total: Int
    package var active: Int
    package var idle: Int
    package var idleInTransaction: Int
    package var waitingForLock: Int
    package var max: Int
    /// Of ``max``, those that only superusers and roles with a privilege for it may use.
    package var reserved: Int
}

package struct TransactionHealth: Sendable, Equatable, Codable {
    /// Of other clients; 0 where none has a transaction.
    package var oldestSeconds: Double
    package var longestIdleSeconds: Double
    /// How many transactions back rows are kept for somebody: a session, a slot, a prepared transaction.
    package var oldestXminAge: Int
    package var prepared: Int
    package var oldestPreparedSeconds: Double
}

package struct TableHealth: Sendable, Equatable, Codable {
    /// As the statistics estimate it.
    package var liveRows: Int
    package var deadRows: Int
    /// Of the table with the most of them.
    package var mostDeadRows: Int
}

package struct CheckpointHealth: Sendable, Equatable, Codable {
    /// Counters.
    package var timed: Int
    package var requested: Int
    package var writeSeconds: Double
    package var syncSeconds: Double
}

package struct ArchiverHealth: Sendable, Equatable, Codable {
    package var archived: Int
    package var failed: Int
    package var isFailing: Bool
    package var secondsSinceLastArchived: Double?
    /// Nil where nothing was archived yet, and on a standby.
    package var waitingSegments: Int?
}

package struct StandbyHealth: Sendable, Equatable, Codable {
    package var name: String
    package var state: String
    /// `sync`, `async`, `quorum`, `potential`.
    package var syncState: String
    /// WAL that it has not replayed yet; nil where it has not said.
    package var lagBytes: Int?
    /// Nil where it is idle, or has caught up.
    package var lagSeconds: Double?
}

package struct RecoveryHealth: Sendable, Equatable, Codable {
    package var isStreaming: Bool
    /// WAL that is here and not replayed yet.
    package var unreplayedBytes: Int
    /// Since the last transaction that was replayed; 0 where all that came is replayed.
    package var lagSeconds: Double
    package var isPaused: Bool
}

package struct SlotHealth: Sendable, Equatable, Codable {
    package var name: String
    /// `physical`, `logical`.
    package var type: String
    package var isActive: Bool
    /// `reserved`, `extended`, `unreserved`, `lost`.
    package var walStatus: String?
    package var retainedBytes: Int?
    /// What may still be written before the slot loses WAL that it needs; nil where nothing limits it.
    package var safeBytes: Int?
}

package struct StatementsHealth: Sendable, Equatable, Codable {
    /// Of this database, those that took the most time, longest first. Their texts are left out: some hold values.
    package var slowest: [StatementHealth]
    /// How many statements of this database are kept account of.
    package var count: Int
    package var executionSeconds: Double
    package var calls: Int
}

package struct StatementHealth: Sendable, Equatable, Codable {
    /// `pg_stat_statements.queryid`, of this major version of the server.
    package var queryId: String
    package var calls: Int
    package var totalSeconds: Double
    package var meanSeconds: Double
    package var rows: Int
}
