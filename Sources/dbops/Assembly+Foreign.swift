import Foundation
import JobModel
import ObjectStorage
import Operations

extension Assembly {
    /// The dump at the place that `text` names, if dbops has not made it: a file, or the folder of `pg_dump -Fd`. Nil
    /// for everything else.
    func foreignDump(_ text: String, _ options: StoreOptions) async throws -> ForeignDump? {
        guard NewestBackup.series(in: text) == nil,
            case .folder(let location, let folder) = try BackupReference(
                parsing: text, currentDirectory: currentDirectory)
        else { return nil }
        let (store, name) = resolved(location, folder)
        guard let key = ObjectKey(validating: name) else { return nil }
        return try await ForeignDump.find(key, in: try open(store, options))
    }

    /// A link of this machine is followed: people keep one to the newest dump.
    private func resolved(_ location: StoreLocation, _ folder: String) -> (StoreLocation, String) {
        guard case .directory(let path) = location else { return (location, folder) }
        let place = StoreLocation.directory(
            path: URL(fileURLWithPath: "\(path)/\(folder)").resolvingSymlinksInPath().path)
        guard let (store, name) = place.splittingLastFolder else { return (location, folder) }
        return (store, name)
    }
}
