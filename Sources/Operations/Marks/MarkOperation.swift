import Archive
import JobModel
import ObjectStorage

/// Pins, unpins or accepts a backup. The backup itself is not touched.
package struct MarkOperation: Sendable {
    package enum Change: String, Sendable {
        /// Retention never deletes it.
        case pin
        /// Takes a pin away.
        case unpin
        /// One that was kept apart counts from now on.
        case accept
    }

    private let context: OperationContext
    private let source: BackupSource
    private let change: Change

    package init(context: OperationContext, source: BackupSource, change: Change) {
        self.context = context
        self.source = source
        self.change = change
    }

    /// Returns how the backup stands afterwards. Throws ``OperationError/beingDeleted(place:)`` where retention is
    /// faster.
    package func execute() async throws -> BackupMarks.Standing {
        let marks = BackupMarks(of: source.folder, in: source.store)
        switch change {
        case .pin: try await set(.pinned, marks)
        case .accept: try await set(.accepted, marks)
        case .unpin: try await marks.remove(.pinned)
        }
        return try await marks.standing()
    }

    /// Retention sets its mark before it looks for ours, and we look for its after setting ours: one of the two sees
    /// the other.
    private func set(_ mark: BackupMark, _ marks: BackupMarks) async throws {
        try await marks.set(mark, content: MarkAuthor(context: context))
        let manifest = source.folder.appending(Manifest.objectName)
        guard try await marks.has(.deleting) else {
            if try await source.store.info(manifest) != nil { return }
            try await marks.remove(mark)
            throw OperationError.beingDeleted(place: source.url)
        }
        throw OperationError.beingDeleted(place: source.url)
    }
}
