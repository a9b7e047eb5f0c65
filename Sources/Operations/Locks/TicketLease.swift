import Foundation
import JobModel
import ObjectStorage

/// A lease in a store without conditional writes: each run puts a ticket of its own into one folder, and has the lease
/// once a listing made after that shows no other.
///
/// Of two runs, the one that lists last sees the ticket of the other, so both can never be alone; this rests on
/// listings that show every object that was there before, as ``ObjectStore`` promises. Where several meet, those that
/// see a smaller name withdraw, and the one with the smallest waits for that. A ticket that has ended by the store's
/// clock, read off our own ticket's date in the same listing, does not count.
struct TicketLease: Sendable {
    let key: ObjectKey
    private let object: LeaseObject
    private var holder: LeaseHolder
    /// The date of our ticket when it was last seen, by the store's clock.
    private var renewedAt: Date

    /// Looks of the run with the smallest name for the others to withdraw: some seconds.
    private static let looks = 20

    /// With it, when the ticket was begun.
    static func acquire(
        _ object: LeaseObject, as holder: LeaseHolder
    ) async throws -> (TicketLease, ContinuousClock.Instant) {
        var holder = holder
        let digits = Hexadecimal.text(of: (0..<8).map { _ in UInt8.random(in: 0...255) })
        let key = folder(object).appending("\(holder.runID)-\(digits)")
        let begunAt = ContinuousClock.now
        do {
            _ = try await object.store.write(holder.nextContent(), to: key)
            let date = try await waitToBeAlone(key, object)
            return (TicketLease(key: key, object: object, holder: holder, renewedAt: date), begunAt)
        } catch {
            await CleanupScope.run { try? await object.store.delete([key]) }
            throw error
        }
    }

    private init(key: ObjectKey, object: LeaseObject, holder: LeaseHolder, renewedAt: Date) {
        self.key = key
        self.object = object
        self.holder = holder
        self.renewedAt = renewedAt
    }

    /// False where somebody may have taken the ticket for one that has ended.
    mutating func renew() async throws -> Bool {
        _ = try await object.store.write(holder.nextContent(), to: key)
        guard let info = try await object.store.info(key) else { return false }
        defer { renewedAt = info.modifiedAt }
        return info.modifiedAt.timeIntervalSince(renewedAt) <= object.lifetime / .seconds(1)
    }

    /// The date of our ticket in the listing that shows it alone.
    private static func waitToBeAlone(_ key: ObjectKey, _ object: LeaseObject) async throws -> Date {
        for look in 1... {
            let tickets = try await object.store.list(under: folder(object))
            guard let mine = tickets.first(where: { $0.key == key }) else {
                throw object.lost("its ticket is gone")
            }
            let others = tickets.filter { $0.key != key }
            let ended = others.filter {
                object.hasEnded(ageInSeconds: mine.modifiedAt.timeIntervalSince($0.modifiedAt))
            }.map(\.key)
            guard let rival = others.map(\.key).filter({ !ended.contains($0) }).min() else {
                try await object.store.delete(ended)
                return mine.modifiedAt
            }
            guard key < rival, look < looks else {
                throw object.held(by: try await describe(rival, object.store))
            }
            try await Task.sleep(for: object.ticketPause)
        }
        throw CancellationError()
    }

    private static func folder(_ object: LeaseObject) -> ObjectKey { ObjectKey("\(object.key).tickets") }

    private static func describe(_ ticket: ObjectKey, _ store: any ObjectStore) async throws -> String {
        guard let current = try await store.current(ticket) else { return "another run" }
        return LeaseHolder.description(of: current.bytes)
    }
}
