package import Archive
package import JobModel
import ObjectStorage

/// What has to be done so that a store holds a copy of a backup.
package struct CopyPlan: Sendable, Equatable {
    /// One object of the backup.
    package struct Step: Sendable, Equatable {
        package enum Action: String, Sendable, Encodable {
            case copy
            /// An object of the right size is there: it is read, and copied where its bytes are not the right ones.
            case check
        }

        package let object: Manifest.StoredObject
        package let action: Action
    }

    /// Where the backup will stand: under its own job and id, whatever the folder that it comes from is called.
    package let name: BackupName
    /// Largest first.
    package let steps: [Step]
    /// Whether the target has the manifest, so that the copy was whole once.
    package let hasManifest: Bool

    /// Bytes that are certainly written.
    package var bytesToCopy: Int { steps.reduce(0) { $0 + ($1.action == .copy ? $1.object.size : 0) } }

    /// `found` are the sizes of what stands in the target's folder, by name. Pure.
    package init(_ manifest: Manifest, found: [String: Int]) {
        name = BackupName(job: manifest.job, id: manifest.backup)
        hasManifest = found[Manifest.objectName] != nil
        steps = manifest.objects.sorted { ($1.size, $0.name) < ($0.size, $1.name) }.map { object in
            Step(object: object, action: found[object.name] == object.size ? .check : .copy)
        }
    }
}
