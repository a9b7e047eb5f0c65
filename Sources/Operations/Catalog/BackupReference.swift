package import JobModel

/// What a user may write to name a backup: an URL, a path, or a backup's id in a store named besides. Pure.
package enum BackupReference: Equatable, Sendable {
    /// The folder `folder` directly below `store`.
    case folder(store: StoreLocation, folder: String)
    /// Somewhere in the store.
    case id(BackupID)

    package init(parsing text: String, currentDirectory: String) throws(StoreLocationError) {
        if let id = BackupID(text) {
            self = .id(id)
            return
        }
        let suffix = "/manifest.json"
        let place = text.hasSuffix(suffix) ? String(text.dropLast(suffix.count)) : text
        let location = try StoreLocation(parsing: place, currentDirectory: currentDirectory)
        guard let (store, folder) = location.splittingLastFolder else {
            throw StoreLocationError(
                message: "\"\(text)\" is a store, not a backup",
                hint: "Name one: dbops list --store \(text) shows them.")
        }
        self = .folder(store: store, folder: folder)
    }
}
