import BlockingWork
package import JobModel
import SystemPackage

/// Objects as files below a directory of this machine.
///
/// Files have mode 0600 and folders 0700. An object is written under another name, made durable and renamed. The
/// directory is made by the first write. Links inside of it are neither followed nor listed.
package actor DirectoryStore: ObjectStore {
    package nonisolated let location: StoreLocation
    private nonisolated let executor = SerialThreadExecutor(name: "directory")
    let tree: DirectoryTree

    /// A thread of its own: every call may wait for the disk.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// `path` is absolute. Nothing is touched yet.
    package init(path: String) {
        location = .directory(path: path)
        tree = DirectoryTree(path: path)
    }

    deinit { executor.stop() }

    package func list(under folder: ObjectKey?) async throws -> [ObjectInfo] {
        try Task.checkCancellation()
        var place = folder?.segments ?? []
        do throws(Errno) {
            return try tree.objects(under: folder?.segments ?? [], place: &place).sorted { $0.key < $1.key }
        } catch {
            let name = place.isEmpty ? nil : place.joined(separator: "/")
            throw StorageError(reading: name, store: location.url, error)
        }
    }

    package func folders(under folder: ObjectKey?) async throws -> [String] {
        try reading(folder) { () throws(Errno) in
            try tree.folderNames(under: folder?.segments ?? [])
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
    }

    package func info(_ key: ObjectKey) async throws -> ObjectInfo? {
        let segments = key.segments
        return try reading(key) { () throws(Errno) in
            guard let folder = try tree.folder(segments.dropLast()),
                let status = try folder.status(segments[segments.count - 1]), status.isRegularFile
            else { return nil }
            return ObjectInfo(key: key, sizeInBytes: status.sizeInBytes, modifiedAt: status.modifiedAt)
        }
    }

    package func reader(for key: ObjectKey, range: Range<Int64>?) async throws -> any ObjectReader {
        let segments = key.segments
        let reader = try reading(key) { () throws(Errno) -> DirectoryReader? in
            guard let file = try tree.folder(segments.dropLast())?.openFile(segments[segments.count - 1]) else {
                return nil
            }
            let status = try file.status()
            return DirectoryReader(file: file, status: status, key: key, store: location.url, range: range)
        }
        guard let reader else { throw StorageError.notFound(object: key.description, store: location.url) }
        try await reader.checkRange()
        return reader
    }

    package func writer(for key: ObjectKey) async throws -> any ObjectWriter {
        try Task.checkCancellation()
        do throws(Errno) {
            return try DirectoryWriter(tree: tree, key: key)
        } catch {
            throw StorageError(writing: path(of: key.description), error)
        }
    }

    package func delete(_ keys: [ObjectKey]) async throws {
        _ = try reading(nil) { () throws(Errno) in _ = try tree.root() }
        var failures: [(key: ObjectKey, error: Errno)] = []
        for (folder, keys) in Dictionary(grouping: keys, by: { Array($0.segments.dropLast()) }) {
            try Task.checkCancellation()
            failures += remove(keys, from: folder)
        }
        guard let first = failures.min(by: { $0.key < $1.key }) else { return }
        let others = failures.count > 1 ? " and \(failures.count - 1) more" : ""
        throw StorageError(writing: path(of: "\(first.key)\(others)"), first.error)
    }

    /// Removes objects of one folder, durably, and the folder where it is empty then.
    private func remove(_ keys: [ObjectKey], from segments: [String]) -> [(key: ObjectKey, error: Errno)] {
        var failures: [(key: ObjectKey, error: Errno)] = []
        do throws(Errno) {
            guard let folder = try tree.folder(segments) else { return [] }
            for key in keys {
                do throws(Errno) {
                    try folder.removeFile(key.segments[segments.count])
                } catch {
                    failures.append((key, error))
                }
            }
            try folder.synchronize()
        } catch {
            return keys.map { ($0, error) }
        }
        tree.removeEmptyFolders(segments)
        return failures
    }

    /// An object's name for people.
    nonisolated func path(of object: String) -> String { "\(tree.path)/\(object)" }

    func reading<Value>(_ key: ObjectKey?, _ body: () throws(Errno) -> Value) throws -> Value {
        try Task.checkCancellation()
        do throws(Errno) {
            return try body()
        } catch {
            throw StorageError(reading: key?.description, store: location.url, error)
        }
    }
}
