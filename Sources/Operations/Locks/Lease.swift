import JobModel
import ObjectStorage

/// A lease that is held.
package actor Lease {
    /// The two ways to hold one.
    private enum Hold {
        case conditional(ConditionalLease)
        case ticket(TicketLease)
    }

    private let object: LeaseObject
    private var hold: Hold
    /// When the newest renewal that the store has taken was begun. A clock of our own that never jumps: others count
    /// from a later moment, so ours ends first.
    private var confirmedAt: ContinuousClock.Instant
    private var isLost = false

    /// Throws ``LockError/leaseHeld(job:purpose:holder:)`` where another run has it.
    static func acquire(_ object: LeaseObject, as holder: LeaseHolder) async throws -> Lease {
        if let (hold, begunAt) = try await ConditionalLease.acquire(object, as: holder) {
            return Lease(object, .conditional(hold), begunAt)
        }
        let (hold, begunAt) = try await TicketLease.acquire(object, as: holder)
        return Lease(object, .ticket(hold), begunAt)
    }

    private init(_ object: LeaseObject, _ hold: Hold, _ begunAt: ContinuousClock.Instant) {
        self.object = object
        self.hold = hold
        confirmedAt = begunAt
    }

    /// Throws ``LockError/leaseLost(job:purpose:reason:)`` where the lease may have ended. Asks nobody.
    package func confirm() throws {
        if isLost { throw object.lost("another run has taken it over") }
        guard !hasLapsed else { throw object.lost("it was not renewed in time") }
    }

    /// A store that does not answer is asked again at the next renewal, as long as there is time.
    func renew() async throws {
        try confirm()
        let begunAt = ContinuousClock.now
        do {
            guard try await renewHold() else {
                isLost = true
                return try confirm()
            }
            confirmedAt = begunAt
        } catch let error as StorageError {
            if hasLapsed { throw object.lost(error.message) }
        }
    }

    /// Makes room for the next run, also where this one was cancelled. A lease that may be another's by now is left
    /// alone; one that cannot be removed ends by itself.
    func release() async {
        guard !isLost, !hasLapsed else { return }
        isLost = true
        let keys =
            switch hold {
            case .conditional: [object.key]
            case .ticket(let ticket): [ticket.key]
            }
        await CleanupScope.run { [store = object.store] in try? await store.delete(keys) }
    }

    /// False where it is another's now.
    private func renewHold() async throws -> Bool {
        switch hold {
        case .conditional(var lease):
            defer { hold = .conditional(lease) }
            return try await lease.renew()
        case .ticket(var ticket):
            defer { hold = .ticket(ticket) }
            return try await ticket.renew()
        }
    }

    /// A fifth earlier than for everybody else.
    private var hasLapsed: Bool { ContinuousClock.now - confirmedAt > object.lifetime * 4 / 5 }
}
