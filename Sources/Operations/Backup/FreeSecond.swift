import Foundation
import JobModel
import ObjectStorage

/// Finds the second by which a backup is named: one that no earlier backup of the job bears, so that the names of a
/// job's backups sort as they were begun.
///
/// Backups of one job are not made at the same time (they hold the job's lock), so what the stores list is all there is.
/// A store that cannot be listed says nothing; whether it can be written shows later.
struct FreeSecond: Sendable {
    let stores: [any ObjectStore]
    let job: String
    let clock: any WallClock
    let sleep: @Sendable (Duration) async throws -> Void

    /// Names further ahead than this were made by a clock that was wrong, and are not waited for.
    private static let patienceInSeconds = 5

    /// Waits until the second has come: a name must not lie in the future.
    func next() async throws -> CivilTime {
        let now = clock.now
        let second = CivilTime(now)
        guard let newest = await newest(from: second) else { return second }
        let free = CivilTime(secondsSinceEpoch: newest.secondsSinceEpoch + 1)
        let wait = free.date.timeIntervalSince(now)
        try await sleep(.milliseconds(Int((wait * 1_000).rounded(.up))))
        return free
    }

    /// The newest name of this second or of the next few.
    private func newest(from second: CivilTime) async -> CivilTime? {
        await withTaskGroup(of: CivilTime?.self) { group in
            for store in stores { group.addTask { await newest(in: store, from: second) } }
            return await group.reduce(nil) { [$0, $1].compactMap { $0 }.max() }
        }
    }

    private func newest(in store: any ObjectStore, from second: CivilTime) async -> CivilTime? {
        let names = (try? await store.folders(under: ObjectKey(BackupName.folder(ofJob: job)))) ?? []
        let last = second.secondsSinceEpoch + Self.patienceInSeconds
        return names.compactMap { BackupName.part(ofSegment: $0)?.id.startedAt }
            .filter { $0 >= second && $0.secondsSinceEpoch <= last }.max()
    }
}
