import JobModel
import ObjectStorage

/// Does what a plan says, in an order in which a break at any point leaves nothing that looks like a backup and is
/// none: first a mark, then the manifest, then the data, then evidence and marks. The next prune finishes the rest.
struct PruneExecution: Sendable {
    let store: any ObjectStore
    let plan: PrunePlan
    let context: OperationContext
    /// Asked before each step that cannot be undone; throws where somebody else may be at work here.
    let confirm: @Sendable () async throws -> Void

    /// How far it came. A failure of the store ends it.
    struct Outcome: Sendable, Equatable {
        /// By folder.
        var deleted: [BackupName] = []
        /// Backups that were to go and were pinned meanwhile.
        var spared: [BackupName] = []
        var swept: [BackupName] = []
        var uploadsGivenUp = 0
        var bytesFreed: Int64 = 0
        var failure: StorageError?
    }

    func run() async throws -> Outcome {
        var outcome = Outcome()
        do {
            try await recordWeighings()
            for name in plan.staleMarks { try await marks(name).remove(.deleting) }
            for deletion in plan.deletions { try await delete(deletion, &outcome) }
            for sweep in plan.sweeps { try await clear(sweep, &outcome) }
            if !plan.uploads.isEmpty {
                try await confirm()
                try await store.giveUp(plan.uploads)
                outcome.uploadsGivenUp = plan.uploads.count
            }
        } catch let error as StorageError {
            outcome.failure = error
        }
        return outcome
    }

    private func recordWeighings() async throws {
        for weighing in plan.weighings {
            try await marks(weighing.name).set(.weighed, content: weighing.weight)
        }
    }

    private func delete(_ deletion: PrunePlan.Deletion, _ outcome: inout Outcome) async throws {
        try await confirm()
        try await requireAnchors()
        let marks = marks(deletion.name)
        try await marks.set(.deleting, content: MarkAuthor(context: context))
        // Whoever pins looks for our mark after setting his: one of the two sees the other.
        guard try await !marks.has(.pinned) else {
            try await marks.remove(.deleting)
            outcome.spared.append(deletion.name)
            return
        }
        try await store.delete([deletion.manifest])
        outcome.deleted.append(deletion.name)
        outcome.bytesFreed += deletion.bytes
        try await store.delete(deletion.data)
        try await store.delete(deletion.companions)
        try await marks.remove(.deleting)
    }

    /// Nothing goes for the sake of a backup that is not there any more.
    private func requireAnchors() async throws {
        for anchor in plan.anchors {
            guard try await store.info(anchor) != nil else {
                throw StorageError.failed(
                    object: anchor.description, reason: "the backup that was to stay has gone meanwhile",
                    hint: "Nothing more was deleted. See what is there: dbops list --store \(plan.store).")
            }
        }
    }

    /// The heartbeat, by which it is known, goes last; with the mark of a deletion likewise.
    private func clear(_ sweep: PrunePlan.Sweep, _ outcome: inout Outcome) async throws {
        try await confirm()
        let heartbeat = ObjectKey(sweep.name.folder).appending(HeartbeatObject.name)
        guard try await store.info(ObjectKey(sweep.name.folder).appending(JobFolder.manifestName)) == nil else {
            return
        }
        if case .abandoned(let known) = sweep.cause {
            // The date alone may be coarser than the listing's, never later.
            guard let heartbeat = try await store.info(heartbeat), heartbeat.modifiedAt <= known.modifiedAt else {
                return
            }
        }
        try await store.delete(sweep.data)
        try await store.delete(sweep.companions)
        try await store.delete([heartbeat])
        try await marks(sweep.name).remove(.deleting)
        outcome.swept.append(sweep.name)
        outcome.bytesFreed += sweep.bytes
    }

    private func marks(_ name: BackupName) -> BackupMarks { BackupMarks(of: ObjectKey(name.folder), in: store) }
}
