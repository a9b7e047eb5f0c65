import Archive
import JobModel
import ObjectStorage

/// Where one backup stands: its store and its folder.
struct BackupPlace: Sendable {
    let store: any ObjectStore
    let name: BackupName

    var folder: ObjectKey { ObjectKey(name.folder) }
    var url: String { "\(store.location.url)/\(name.folder)" }

    /// Removes what data stands there, so that a full store has room again while the run goes on elsewhere. Never
    /// throws: ``removeEverything(warnings:)`` follows at the end.
    func makeRoom() async {
        let heartbeat = folder.appending(HeartbeatObject.name)
        let keys = (try? await store.list(under: folder).map(\.key)) ?? []
        try? await store.delete(keys.filter { $0 != heartbeat })
    }

    /// Takes back what a failed run wrote. A manifest goes first, in case it was written and only the answer was
    /// lost: what is half removed must not look like a backup. The heartbeat goes last, so that what could not be
    /// removed still carries the mark by which it is collected later.
    func removeEverything(warnings: Warnings) async {
        let (store, folder, url) = (store, folder, url)
        await CleanupScope.run {
            do {
                let manifest = folder.appending(Manifest.objectName)
                let heartbeat = folder.appending(HeartbeatObject.name)
                let keys = try await store.list(under: folder).map(\.key)
                try await store.delete([manifest])
                try await store.delete(keys.filter { $0 != manifest && $0 != heartbeat })
                try await store.delete([heartbeat])
            } catch {
                warnings.add("\(url) holds an unfinished backup that could not be removed; it is no backup to dbops")
            }
        }
    }
}
