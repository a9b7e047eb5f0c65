import JobModel
import ObjectStorage
import Synchronization

/// The stores that one backup is written to, all at once, and which of them have failed.
///
/// A store that fails at anything is left out for the rest of the run, and the others go on; where none is left, the
/// failure of the first in order is thrown. What a failed store holds is taken back at the end, when nobody writes
/// there any more; a store that is full gets its room back at once.
///
/// Bytes go to all stores at the same time, and whoever writes waits for the slowest. A store that hangs is given up
/// by its own transport, which bounds how long nothing may move and how often it is tried again: for S3 some nine
/// minutes with the default settings. A directory on a network's file system waits as long as its mount says.
final class DestinationSet: Sendable {
    private struct State {
        var failures: [Int: any Error] = [:]
        /// Places that may hold something.
        var begun: Set<Int> = []
        /// Writers that are neither committed nor discarded.
        var writers: [WriterID: any ObjectWriter] = [:]
        var lastNumber = 0
        /// What failed stores were in the middle of.
        var abandoned: [Abandoned] = []
    }

    /// A writer, by the place that it writes to.
    struct WriterID: Hashable, Sendable {
        let place: Int
        let number: Int
    }

    /// What is to be done at once about a store that has failed.
    private struct Abandoned {
        let writers: [any ObjectWriter]
        /// Set where the store is full.
        let fullPlace: BackupPlace?
    }

    let places: [BackupPlace]
    private let abandonments = AsyncStream<Void>.makeStream()
    private let names: [String]
    private let warnings: Warnings
    private let state = Mutex(State())

    /// `destinations` are at least one, and no two of them are one store.
    init(_ destinations: [BackupDestination], name: BackupName, warnings: Warnings) {
        precondition(!destinations.isEmpty, "a backup needs a store")
        places = destinations.map { BackupPlace(store: $0.store, name: name) }
        names = destinations.map(\.name)
        self.warnings = warnings
    }

    /// The places of the stores that have not failed, in order.
    var livePlaces: [BackupPlace] { live.map { places[$0] } }

    private var live: [Int] {
        state.withLock { state in places.indices.filter { state.failures[$0] == nil } }
    }

    // MARK: - Work

    /// Does `body` in all stores at once; returns the results of those where it succeeded.
    @discardableResult
    func each<Success: Sendable>(
        _ body: @escaping @Sendable (BackupPlace) async throws -> Success
    ) async throws -> [Success] {
        try await perform(on: live) { try await body(self.places[$0]) }.map(\.result)
    }

    /// Writes a small object to all stores.
    func write(_ bytes: [UInt8], as name: String) async throws -> StoredObject {
        try Self.one(of: try await each { try await $0.store.write(bytes, to: $0.folder.appending(name)) })
    }

    /// Begins an object in all stores, of about so many bytes.
    func writer(for name: String, expectedSizeInBytes: Int = 0) async throws -> any ObjectWriter {
        let writers = try await perform(on: live) { index in
            let place = self.places[index]
            let writer = try await place.store.writer(
                for: place.folder.appending(name), expectedSizeInBytes: expectedSizeInBytes)
            return self.register(writer, of: index)
        }
        return MirroredWriter(destinations: self, writers: writers.map(\.result))
    }

    /// Writes the first object of the backup everywhere: only what has taken it has something to be taken back.
    func begin(_ body: @escaping @Sendable (BackupPlace) async throws -> Void) async throws {
        _ = try await perform(on: live) { index in
            try await body(self.places[index])
            self.state.withLock { _ = $0.begun.insert(index) }
        }
    }

    /// Frees what failed stores were in the middle of, as they fail, until it is cancelled. Beside the work and not
    /// in it: a server that is gone lets each of these wait as well.
    func cleanUpBehindFailures() async {
        for await _ in abandonments.stream { await cleanUp() }
    }

    /// Takes back what stands in all stores.
    func removeEverything() async {
        await cleanUp()
        await remove(from: Array(places.indices))
    }

    /// Takes back what stands in the stores that have failed.
    func removeFailed() async {
        await cleanUp()
        let live = live
        await remove(from: places.indices.filter { !live.contains($0) })
    }

    /// How it went in each store, in order.
    var results: [StoreResult] {
        let failures = state.withLock { $0.failures }
        return places.indices.map { index in
            StoreResult(
                name: names[index], url: places[index].url, outcome: failures[index] == nil ? .succeeded : .failed,
                error: failures[index].map(Self.text))
        }
    }

    // MARK: - Failures

    /// Does `body` for all of `targets` at once and drops those where it fails. Throws where no store is left.
    func perform<Success: Sendable>(
        on targets: [Int], _ body: @escaping @Sendable (Int) async throws -> Success
    ) async throws -> [(place: Int, result: Success)] {
        var successes: [(place: Int, result: Success)] = []
        var failures: [(place: Int, error: any Error)] = []
        for (place, result) in await results(of: body, on: targets) {
            do {
                successes.append((place, try result.get()))
            } catch {
                failures.append((place, error))
            }
        }
        guard !failures.isEmpty else { return successes }
        try Task.checkCancellation()
        for (place, error) in failures { drop(place, for: error) }
        if live.isEmpty, let firstFailure { throw firstFailure }
        return successes
    }

    /// Of the first in order of the stores that have failed.
    var firstFailure: (any Error)? {
        state.withLock { state in state.failures.min { $0.key < $1.key }?.value }
    }

    func isLive(_ place: Int) -> Bool {
        state.withLock { $0.failures[place] == nil }
    }

    private func results<Success: Sendable>(
        of body: @escaping @Sendable (Int) async throws -> Success, on targets: [Int]
    ) async -> [(Int, Result<Success, any Error>)] {
        // Most backups have one store, and a task for each chunk would be for nothing.
        if targets.count == 1 { return [(targets[0], await Result { try await body(targets[0]) })] }
        return await withTaskGroup(of: (Int, Result<Success, any Error>).self) { group in
            for target in targets { group.addTask { (target, await Result { try await body(target) }) } }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
    }

    private func drop(_ index: Int, for error: any Error) {
        let isFirst = state.withLock { state in
            guard state.failures[index] == nil else { return false }
            state.failures[index] = error
            return true
        }
        guard isFirst, places.count > 1 else { return }
        warnings.add("the store \(names[index]) is left out from here on: \(Self.text(error))")
        // Where no other is left the run is over, and whoever writes discards what is his.
        guard !live.isEmpty else { return }
        let isFull = (error as? any UserFacingError)?.category == .cannotWrite
        let abandoned = Abandoned(writers: take { $0.place == index }, fullPlace: isFull ? places[index] : nil)
        state.withLock { $0.abandoned.append(abandoned) }
        abandonments.continuation.yield()
    }

    /// Whoever waits for a failed store in another worker stops waiting: its writer is discarded under it.
    private func cleanUp() async {
        while let abandoned = state.withLock({ $0.abandoned.popLast() }) {
            await CleanupScope.run {
                await Self.discard(abandoned.writers)
                await abandoned.fullPlace?.makeRoom()
            }
        }
    }

    private func remove(from indexes: [Int]) async {
        let begun = state.withLock { $0.begun }
        await withTaskGroup { group in
            for index in indexes where begun.contains(index) {
                group.addTask { await self.places[index].removeEverything(warnings: self.warnings) }
            }
        }
    }

    private static func text(_ error: any Error) -> String {
        (error as? any UserFacingError)?.message ?? "\(error)"
    }

    // MARK: - Writers

    private func register(_ writer: any ObjectWriter, of place: Int) -> (id: WriterID, writer: any ObjectWriter) {
        state.withLock { state in
            state.lastNumber += 1
            let id = WriterID(place: place, number: state.lastNumber)
            state.writers[id] = writer
            return (id, writer)
        }
    }

    /// Takes writers over from the set: they are discarded once, or never.
    func take(_ isWanted: (WriterID) -> Bool) -> [any ObjectWriter] {
        state.withLock { state in
            state.writers.keys.filter(isWanted).compactMap { state.writers.removeValue(forKey: $0) }
        }
    }

    static func discard(_ writers: [any ObjectWriter]) async {
        await withTaskGroup { group in
            for writer in writers { group.addTask { await writer.discard() } }
        }
    }

    /// The same bytes were written everywhere, so each store has the same to say.
    static func one(of objects: [StoredObject]) throws -> StoredObject {
        guard let first = objects.first, objects.allSatisfy({ $0 == first }) else {
            throw OperationError.incomplete(reason: "the stores have taken different bytes")
        }
        return first
    }
}

extension Result where Failure == any Error, Success: Sendable {
    /// The outcome of `body`.
    fileprivate init(_ body: @Sendable () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
