import Foundation
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
        if let folder = Self.listedFolder(place) {
            self = .folder(store: folder.store, folder: folder.id)
            return
        }
        let location = try StoreLocation(parsing: place, currentDirectory: currentDirectory)
        guard let (store, folder) = location.splittingLastFolder else {
            throw StoreLocationError(
                message: "\"\(text)\" is a store, not a backup",
                hint: "Name one: dbops list --store \(text) shows them.")
        }
        self = .folder(store: store, folder: folder)
    }

    /// A file URL as `list` shows it: the folders' names in it are as they are on the disk, percent signs and all.
    private static func listedFolder(_ place: String) -> (store: StoreLocation, id: String)? {
        let scheme = "file://"
        let parts = place.split(separator: "/", omittingEmptySubsequences: true)
        guard place.hasPrefix(scheme + "/"), parts.count > 3, BackupID(String(parts[parts.count - 1])) != nil,
            parts[parts.count - 2].contains("%"), BackupSeries(folder: String(parts[parts.count - 2])) != nil
        else { return nil }
        let root = "/" + parts.dropFirst().dropLast(2).joined(separator: "/")
        let path = (root.removingPercentEncoding ?? root) + "/" + parts[parts.count - 2]
        return (.directory(path: path), String(parts[parts.count - 1]))
    }
}
