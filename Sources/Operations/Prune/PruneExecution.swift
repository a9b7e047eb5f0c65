import JobModel
import ObjectStorage

/// Does what a plan says, in an order in which a break at any point leaves nothing that looks like a backup and is
/// none: first a mark, then the manifest, then the data, then evidence and marks. The next prune finishes the rest.
struct PruneExecution: Sendable {
    let store: any ObjectStore
    let plan: PrunePlan
    let context: OperationContext
    let progress: PruneProgress
    /// Asked before each step that cannot be undone; throws where somebody else may be at work here.
    let confirm: @Sendable () async throws -> Void

    /// A failure ends it; ``progress`` tells what was done before.
    func run() async throws {
        try await recordWeighings()
        for name in plan.staleMarks { try await marks(name).remove(.deleting) }
        for deletion in plan.deletions { try await delete(deletion) }
        for sweep in plan.sweeps { try await clear(sweep) }
        guard !plan.uploads.isEmpty else { return }
        try await confirm()
        try await store.giveUp(plan.uploads)
        progress.note { $0.uploadsGivenUp = plan.uploads.count }
    }

    private func recordWeighings() async throws {
        for weighing in plan.weighings {
            try await marks(weighing.name).set(.weighed, content: weighing.weight)
        }
    }

    private func delete(_ deletion: PrunePlan.Deletion) async throws {
        try await confirm()
        try await requireAnchors()
        let marks = marks(deletion.name)
        try await marks.set(.deleting, content: MarkAuthor(context: context))
        // Whoever pins looks for our mark after setting his: one of the two sees the other.
        guard try await !marks.has(.pinned) else {
            try await marks.remove(.deleting)
            progress.note { $0.spared.append(deletion.name) }
            return
        }
        try await store.delete([deletion.manifest])
        progress.note {
            $0.deleted.append(deletion.name)
            $0.bytesFreed += deletion.bytes
        }
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
    private func clear(_ sweep: PrunePlan.Sweep) async throws {
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
        progress.note {
            $0.swept.append(sweep.name)
            $0.bytesFreed += sweep.bytes
        }
    }

    private func marks(_ name: BackupName) -> BackupMarks { BackupMarks(of: ObjectKey(name.folder), in: store) }
}
