package import ObjectStorage

/// A store that a backup is written to.
package struct BackupDestination: Sendable {
    /// As the job file calls it, or the store's URL; for people.
    package let name: String
    package let store: any ObjectStore

    package init(name: String, store: any ObjectStore) {
        self.name = name
        self.store = store
    }
}
