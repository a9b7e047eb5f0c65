/// What retention knows of one folder of a job in one store.
package struct RetentionFacts: Sendable, Equatable {
    /// What the newest verification of this very manifest said.
    package enum Proof: Sendable, Equatable {
        case none
        case succeeded
        case failed
    }

    /// Why a folder is neither counted nor deleted, whatever the rules say.
    package enum Obstacle: Sendable, Equatable {
        case unreadable(reason: String)
        case otherJob(String)
        /// By its system identifier.
        case otherSystem(String)
        /// The store does not list all objects of the manifest in their sizes.
        case notWhole(reason: String)
        /// A live run's heartbeat is in it.
        case inProgress
    }

    /// The folder's name.
    package let name: String
    /// Nil for a name that is no backup's.
    package let id: BackupID?
    package var size: BackupSize
    package var proof = Proof.none
    package var isPinned = false
    package var isAccepted = false
    /// Nil where nobody has weighed it yet.
    package var weight: BackupWeight?
    package var obstacle: Obstacle?

    package init(name: String, size: BackupSize = BackupSize(rows: 0, bytesRaw: 0)) {
        self.name = name
        self.size = size
        id = BackupID(name)
    }

    /// What keeps it apart until it is accepted.
    package var shrinkage: Shrinkage? { isAccepted ? nil : weight?.shrinkage(of: size) }

    func isInFuture(at now: CivilTime) -> Bool { id.map { $0.startedAt > now } ?? false }
}
