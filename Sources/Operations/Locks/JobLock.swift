import Crypto
package import JobModel
package import Postgres

/// What keeps two hosts from running the same backup job at the same time: a session-level advisory lock in the job's
/// own database, one for each store that the job writes to.
///
/// Source: PostgreSQL manual, 13.3.5 "Advisory Locks". They are not replicated: one taken on a standby excludes only
/// those who ask the same standby, so it is taken on the primary as long as there is one.
package struct JobLock: Sendable {
    package let job: String
    package let stores: [StoreLocation]
    /// The job's database on the primary.
    package let primary: ConnectionInfo
    /// Where the job reads from, where that is a standby.
    package let standby: ConnectionInfo?
    /// How often it is looked whether the lock is still held. Default: 20 s.
    package var checkInterval: Duration = .seconds(20)

    package init(job: String, stores: [StoreLocation], primary: ConnectionInfo, standby: ConnectionInfo? = nil) {
        self.job = job
        self.stores = stores
        self.primary = primary
        self.standby = standby
    }

    /// The same on every host and in every version: the first 64 bits of a SHA-256 over job and store. The store's URL
    /// leaves out the endpoint, so two ways to one store make one lock.
    static func key(job: String, store: StoreLocation) -> Int64 {
        let digest = SHA256.hash(data: Array("dbops job lock\0\(job)\0\(store.url)".utf8))
        return Int64(bitPattern: digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}

extension OperationContext {
    /// Runs `body` while the job's lock is held.
    ///
    /// Throws ``LockError/jobHeld(job:store:holder:)`` at once where somebody else holds it, and
    /// ``PostgresError/pooler(server:)`` where the way to the primary leads through one, for a pooler would hand our
    /// session, and the lock with it, to others. Where the primary is down and there is a standby, the lock is taken
    /// on the standby, with a warning: a backup that two hosts make twice is better than none.
    ///
    /// A lock whose session is lost in mid-run does not stop the body: two backups beside each other harm nothing, for
    /// each has a folder of its own, while a run that is broken off costs the night's backup. It is a warning, and
    /// the lock is taken again as soon as that can be done.
    package func withJobLock<Success: Sendable>(
        _ lock: JobLock, _ body: @escaping @Sendable () async throws -> Success
    ) async throws -> Success {
        let holding = JobLockHolding(lock: lock, context: self)
        try await holding.acquire()
        do {
            let success = try await Companion.run {
                try await Companion.every(lock.checkInterval) { try await holding.check() }
            } beside: {
                try await body()
            }
            await holding.release()
            return success
        } catch {
            await holding.release()
            throw error
        }
    }
}
