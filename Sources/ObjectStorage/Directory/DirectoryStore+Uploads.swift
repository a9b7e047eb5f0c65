import Foundation
import JobModel
import SystemPackage

/// What killed writers have left: files under temporary names.
extension DirectoryStore {
    package func unfinishedUploads(under folder: ObjectKey) async throws -> [UnfinishedUpload] {
        try reading(folder) { () throws(Errno) in
            try tree.unfinishedUploads(under: folder.segments).sorted { ($0.key, $0.id) < ($1.key, $1.id) }
        }
    }

    package func giveUp(_ uploads: [UnfinishedUpload]) async throws {
        var failures: [(upload: UnfinishedUpload, error: Errno)] = []
        for upload in uploads {
            try Task.checkCancellation()
            do throws(Errno) {
                try remove(upload)
            } catch {
                failures.append((upload, error))
            }
        }
        guard let first = failures.first else { return }
        throw StorageError(writing: path(of: first.upload.key.description), first.error)
    }

    private func remove(_ upload: UnfinishedUpload) throws(Errno) {
        guard TemporaryName.objectName(of: upload.id) != nil else { return }
        let segments = Array(upload.key.segments.dropLast())
        guard let folder = try tree.folder(segments) else { return }
        try folder.removeFile(upload.id)
        tree.removeEmptyFolders(segments)
    }
}

extension DirectoryTree {
    fileprivate func unfinishedUploads(under segments: [String]) throws(Errno) -> [UnfinishedUpload] {
        var found: [UnfinishedUpload] = []
        guard let folder = try folder(segments) else { return [] }
        try collect(folder, prefix: segments, into: &found)
        return found
    }

    private func collect(
        _ folder: borrowing OpenFolder, prefix: [String], into found: inout [UnfinishedUpload]
    ) throws(Errno) {
        for name in try folder.names() {
            // What goes away while we look was not there.
            guard let status = try folder.status(name) else { continue }
            if status.isFolder, let inner = try folder.folder(name) {
                try collect(inner, prefix: prefix + [name], into: &found)
            } else if status.isRegularFile, let object = TemporaryName.objectName(of: name),
                let key = ObjectKey(validating: (prefix + [object]).joined(separator: "/"))
            {
                found.append(UnfinishedUpload(key: key, id: name, touchedAt: status.modifiedAt))
            }
        }
    }
}
