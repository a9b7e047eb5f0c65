import JobModel
import SystemPackage

/// The folders below a store's directory, by the segments of object names. Every call may wait for the disk.
struct DirectoryTree: Sendable {
    let path: String

    /// Throws `ENOENT` or `ENOTDIR` where there is no such directory.
    func root() throws(Errno) -> OpenFolder { try OpenFolder(path: path) }

    /// Nil where the folder is not there; throws as ``root()``.
    func folder(_ segments: some Sequence<String>) throws(Errno) -> OpenFolder? {
        var current = try root()
        for name in segments {
            guard let next = try current.folder(name) else { return nil }
            current = next
        }
        return current
    }

    /// Makes what is missing, the root included, durably.
    func makeFolder(_ segments: some Sequence<String>) throws(Errno) -> OpenFolder {
        var current = try madeRoot()
        for name in segments { current = try current.madeFolder(name) }
        return current
    }

    /// Removes the folder and those above it as long as they are empty; never the root.
    func removeEmptyFolders(_ segments: some BidirectionalCollection<String>) {
        var rest = Array(segments)
        while let name = rest.popLast() {
            guard (try? folder(rest)?.removeFolder(name)) != nil else { return }
        }
    }

    /// All objects below the folder, in no order. `place` is the folder that is looked into: where this throws, the one
    /// that could not be read.
    func objects(under segments: [String], place: inout [String]) throws(Errno) -> [ObjectInfo] {
        var found: [ObjectInfo] = []
        guard let folder = try folder(segments) else { return [] }
        try collect(folder, prefix: segments, into: &found, place: &place)
        return found
    }

    /// The names of the folders directly below, in no order.
    func folderNames(under segments: [String]) throws(Errno) -> [String] {
        guard let folder = try folder(segments) else { return [] }
        var found: [String] = []
        for name in try folder.names() where isOurs(name, in: segments) {
            if let status = try folder.status(name), status.isFolder { found.append(name) }
        }
        return found
    }

    private func collect(
        _ folder: borrowing OpenFolder, prefix: [String], into found: inout [ObjectInfo], place: inout [String]
    ) throws(Errno) {
        place = prefix
        for name in try folder.names() where isOurs(name, in: prefix) {
            let segments = prefix + [name]
            // What goes away while we look was not there.
            guard let status = try folder.status(name) else { continue }
            place = status.isFolder ? segments : prefix
            if status.isFolder, let inner = try folder.folder(name) {
                try collect(inner, prefix: segments, into: &found, place: &place)
            } else if status.isRegularFile, let key = ObjectKey(validating: segments.joined(separator: "/")) {
                found.append(ObjectInfo(key: key, sizeInBytes: status.sizeInBytes, modifiedAt: status.modifiedAt))
            }
        }
    }

    /// A store that is a whole file system has a `lost+found`, which none but root may read.
    private func isOurs(_ name: String, in segments: [String]) -> Bool {
        !TemporaryName.matches(name) && !(segments.isEmpty && name == "lost+found")
    }

    private func madeRoot() throws(Errno) -> OpenFolder {
        do throws(Errno) {
            return try root()
        } catch .noSuchFileOrDirectory {
            var folder = try OpenFolder(path: "/")
            var reached = ""
            for name in path.split(separator: "/") {
                reached += "/\(name)"
                try folder.makeFolder(String(name))
                folder = try OpenFolder(path: reached)
            }
            return folder
        }
    }
}

extension OpenFolder {
    fileprivate func madeFolder(_ name: String) throws(Errno) -> OpenFolder {
        // Somebody else's deletion may remove the folder, still empty, before we hold it.
        for _ in 0..<10 {
            try makeFolder(name)
            if let folder = try folder(name) { return folder }
        }
        throw .notDirectory
    }
}

extension ObjectKey {
    var segments: [String] { description.split(separator: "/").map(String.init) }
}
