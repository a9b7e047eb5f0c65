import JobModel

/// The heartbeat objects of one backup, one in each of its stores, for as long as it is being written.
struct Heartbeats: Sendable {
    let destinations: DestinationSet
    let context: OperationContext
    let startedAt: CivilTime
    let interval: Duration
    let warnings: Warnings

    /// Puts the first one into each store, before anything else is there.
    func begin() async throws {
        try await destinations.begin { try await object(in: $0).renew() }
    }

    /// Runs `body`, and renews them beside it.
    func beside<Success: Sendable>(_ body: @escaping @Sendable () async throws -> Success) async throws -> Success {
        try await Companion.run({ try await Companion.every(interval) { await forEachLive(renew) } }, beside: body)
    }

    /// Removes them: the manifest says what they said.
    func stop() async {
        await forEachLive { heartbeat in
            do {
                try await heartbeat.remove()
            } catch {
                warnings.add("the heartbeat object could not be removed; the backup is good all the same")
            }
        }
    }

    /// A renewal that fails is a warning and no more: data is written all the time, and a store that is gone shows
    /// there.
    private func renew(_ heartbeat: HeartbeatObject) async {
        do {
            try await heartbeat.renew()
        } catch let error as any UserFacingError {
            warnings.add("the heartbeat object could not be renewed: \(error.message)")
        } catch {
            // The run was cancelled, and ends.
        }
    }

    private func forEachLive(_ body: @escaping @Sendable (HeartbeatObject) async -> Void) async {
        await withTaskGroup { group in
            for place in destinations.livePlaces {
                group.addTask { await body(object(in: place)) }
            }
        }
    }

    private func object(in place: BackupPlace) -> HeartbeatObject {
        HeartbeatObject(
            store: place.store, folder: place.folder, runID: context.runID, hostName: context.hostName,
            startedAt: startedAt, clock: context.clock)
    }
}
