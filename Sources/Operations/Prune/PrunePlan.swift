package import JobModel
import ObjectStorage

/// What a prune of one store will do. This very value is executed, and this very value is what a dry run shows.
package struct PrunePlan: Sendable, Equatable {
    /// A backup that goes: every object that the listing showed, and no other.
    struct Deletion: Sendable, Equatable {
        let name: BackupName
        let manifest: ObjectKey
        /// The other objects of the backup.
        let data: [ObjectKey]
        /// Evidence and marks.
        let companions: [ObjectKey]
        let bytes: Int64
    }

    /// What is left of a deletion or a run that broke off.
    struct Sweep: Sendable, Equatable {
        enum Cause: Sendable, Equatable {
            /// A deletion has set its mark.
            case deletion
            /// No sign of life.
            case abandoned(heartbeat: ObjectInfo)
        }

        let name: BackupName
        let cause: Cause
        let data: [ObjectKey]
        let companions: [ObjectKey]
        let bytes: Int64
    }

    struct Weighing: Sendable, Equatable {
        let name: BackupName
        let weight: BackupWeight
    }

    /// The store, as an URL.
    package let store: String
    package let job: String
    /// One for each folder that holds a manifest or a name that is not ours; the oldest first.
    package internal(set) var decisions: [RetentionDecision] = []
    /// The oldest first.
    var deletions: [Deletion] = []
    var sweeps: [Sweep] = []
    var uploads: [UnfinishedUpload] = []
    /// Backups that were looked at for the first time.
    var weighings: [Weighing] = []
    /// Marks of deletions that broke off before they removed anything, on backups that stay.
    var staleMarks: [BackupName] = []
    /// Manifests of the backups that must still be there at each deletion.
    var anchors: [ObjectKey] = []
    /// What is worth a look, for people.
    package internal(set) var notes: [String] = []

    /// Folders that are swept, by name.
    package var sweptFolders: [String] { sweeps.map(\.name.folder) }
    package var uploadCount: Int { uploads.count }
    /// What deletions and sweeps free.
    package var bytesFreed: Int64 { deletions.reduce(0) { $0 + $1.bytes } + sweeps.reduce(0) { $0 + $1.bytes } }
    package var deletionCount: Int { deletions.count }
}
