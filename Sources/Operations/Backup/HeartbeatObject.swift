import Foundation
import JobModel
import ObjectStorage

/// The object `running`: while it is renewed, the run lives. What a killed run leaves is told from a live run's work
/// by this object's age, on the store's own clock.
struct HeartbeatObject: Sendable {
    static let name = "running"

    let store: any ObjectStore
    let folder: ObjectKey
    let runID: RunID
    let hostName: String
    let startedAt: CivilTime
    let clock: any WallClock

    private struct Content: Encodable {
        let runID: String
        let host: String
        let process: Int32
        let startedAt: CivilTime
        let renewedAt: CivilTime
    }

    func renew() async throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let content = Content(
            runID: runID.description, host: hostName, process: ProcessInfo.processInfo.processIdentifier,
            startedAt: startedAt, renewedAt: CivilTime(clock.now))
        _ = try await store.write(Array(try encoder.encode(content)), to: folder.appending(Self.name))
    }

    func remove() async throws {
        try await store.delete([folder.appending(Self.name)])
    }
}
