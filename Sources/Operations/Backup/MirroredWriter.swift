import ObjectStorage

/// One object that is written to several stores at once. Bytes are made once; each store's writer has its own part in
/// memory.
final class MirroredWriter: ObjectWriter {
    typealias Open = (id: DestinationSet.WriterID, writer: any ObjectWriter)

    private let destinations: DestinationSet
    private let writers: [Int: Open]

    init(destinations: DestinationSet, writers: [Open]) {
        self.destinations = destinations
        self.writers = Dictionary(uniqueKeysWithValues: writers.map { ($0.id.place, $0) })
    }

    /// Returns when every store has taken the bytes or has been left out.
    func append(_ bytes: [UInt8]) async throws {
        _ = try await onLive { try await $0.append(bytes) }
    }

    func commit() async throws -> StoredObject {
        let objects = try await onLive { try await $0.commit() }
        // A store may have failed between the opening of its writer and this object's first byte.
        await DestinationSet.discard(takeWriters { !destinations.isLive($0.place) })
        return try DestinationSet.one(of: objects)
    }

    func discard() async {
        await DestinationSet.discard(takeWriters())
    }

    /// Those that are still ours to discard; all others are forgotten.
    private func takeWriters(_ isWanted: (DestinationSet.WriterID) -> Bool = { _ in true }) -> [any ObjectWriter] {
        let ids = writers.values.map(\.id)
        let wanted = Set(ids.filter(isWanted))
        let taken = destinations.take { wanted.contains($0) }
        _ = destinations.take { ids.contains($0) }
        return taken
    }

    private func onLive<Success: Sendable>(
        _ body: @escaping @Sendable (any ObjectWriter) async throws -> Success
    ) async throws -> [Success] {
        let writers = writers.filter { destinations.isLive($0.key) }
        // Another worker met the failure; whoever notices it next says the same.
        guard !writers.isEmpty else { throw destinations.firstFailure ?? CancellationError() }
        return try await destinations.perform(on: writers.keys.sorted()) { place in
            guard let open = writers[place] else { throw CancellationError() }
            return try await body(open.writer)
        }.map(\.result)
    }
}
