import JobModel
package import ObjectStorage

/// What keeps two runs that have no database from working on the same backups: an object in the store that bears the
/// holder's name and is renewed as long as the holder lives.
///
/// It is taken by a conditional write where the store has one (``ConditionalLease``), else by the listing alone
/// (``TicketLease``); which of the two, the store decides and so all hosts agree. It ends when its run ends, or when
/// it was not renewed for ``lifetime`` by the store's clock; the clocks of hosts do not matter.
package struct LeaseObject: Sendable {
    /// What the lease is for; two purposes do not exclude each other.
    package enum Purpose: String, Sendable {
        case verify
        case prune
    }

    package let store: any ObjectStore
    package let job: String
    package let purpose: Purpose
    /// How long it outlives its last renewal. Default: 5 min.
    package var lifetime: Duration = .seconds(300)
    /// Default: 1 min.
    package var renewalInterval: Duration = .seconds(60)
    /// Between two looks of a run that waits for others to withdraw. Default: 250 ms.
    package var ticketPause: Duration = .milliseconds(250)

    package init(store: any ObjectStore, job: String, purpose: Purpose) {
        self.store = store
        self.job = job
        self.purpose = purpose
    }

    var key: ObjectKey { ObjectKey(BackupName.lease(of: job, purpose: purpose.rawValue)) }

    /// Dates of stores may be whole seconds.
    private static var resolutionInSeconds: Double { 2 }

    /// Whether a lease renewed so long ago, by the store's clock, has ended.
    func hasEnded(ageInSeconds: Double) -> Bool {
        ageInSeconds > lifetime / .seconds(1) + Self.resolutionInSeconds
    }

    func held(by holder: String) -> LockError {
        .leaseHeld(job: job, purpose: purpose.rawValue, holder: holder)
    }

    func lost(_ reason: String) -> LockError {
        .leaseLost(job: job, purpose: purpose.rawValue, reason: reason)
    }
}

extension OperationContext {
    /// Runs `body` while the lease is held. Throws ``LockError/leaseHeld(job:purpose:holder:)`` at once where another
    /// run has it.
    ///
    /// Where it is lost in mid-run the body is cancelled and ``LockError/leaseLost(job:purpose:reason:)`` is thrown:
    /// what deletes must not go on beside another that does. The body asks ``Lease/confirm()`` before each step that
    /// cannot be undone, for a machine that was suspended does not notice at once.
    package func withLease<Success: Sendable>(
        _ object: LeaseObject, _ body: @escaping @Sendable (Lease) async throws -> Success
    ) async throws -> Success {
        let lease = try await Lease.acquire(object, as: LeaseHolder(context: self))
        do {
            let success = try await Companion.run {
                try await Companion.every(object.renewalInterval) { try await lease.renew() }
            } beside: {
                try await body(lease)
            }
            await lease.release()
            return success
        } catch {
            await lease.release()
            throw error
        }
    }
}
