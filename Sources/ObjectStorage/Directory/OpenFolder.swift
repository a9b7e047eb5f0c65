import Glibc
import SystemPackage

/// A directory held open. All names below are looked up in it, never by a path, so no link that somebody puts into
/// the store can lead a write or a deletion out of it.
///
/// Source: openat(2), mkdirat(2), renameat(2), unlinkat(2). Every method throws the call's `Errno`.
struct OpenFolder: ~Copyable, Sendable {
    private let descriptor: CInt

    /// Links in `path` are followed: it is the operator's own.
    init(path: String) throws(Errno) {
        descriptor = try Errno.check { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }

    private init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// A folder in this one; nil where there is none. A link is none.
    func folder(_ name: String) throws(Errno) -> OpenFolder? {
        do throws(Errno) {
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            return OpenFolder(descriptor: try Errno.check { openat(descriptor, name, flags) })
        } catch .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels {
            return nil
        }
    }

    /// Makes a folder with mode 0700 and lets it survive a crash; one that is there already serves.
    func makeFolder(_ name: String) throws(Errno) {
        do throws(Errno) {
            _ = try Errno.check { mkdirat(descriptor, name, 0o700) }
        } catch .fileExists {
            return
        }
        try synchronize()
    }

    /// A new file with mode 0600.
    func createFile(_ name: String) throws(Errno) -> OpenFile {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        return OpenFile(descriptor: try Errno.check { openat(descriptor, name, flags, 0o600) })
    }

    /// A file to hold a lock on, made where there is none; the caller closes it.
    func openLockFile(_ name: String) throws(Errno) -> CInt {
        try Errno.check { openat(descriptor, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600) }
    }

    /// Whether `name` stands for the open file.
    func names(_ name: String, _ file: CInt) -> Bool {
        var (named, opened) = (stat(), stat())
        return fstatat(descriptor, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(file, &opened) == 0
            && named.st_dev == opened.st_dev && named.st_ino == opened.st_ino
    }

    /// A file for reading; nil where there is none. A link is none, and a pipe does not make the caller wait.
    func openFile(_ name: String) throws(Errno) -> OpenFile? {
        do throws(Errno) {
            let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
            let file = OpenFile(descriptor: try Errno.check { openat(descriptor, name, flags) })
            guard try file.status().isRegularFile else { return nil }
            return file
        } catch .noSuchFileOrDirectory, .tooManySymbolicLinkLevels {
            return nil
        }
    }

    /// What a name stands for, of a link the link itself; nil where there is nothing.
    func status(_ name: String) throws(Errno) -> FileStatus? {
        var result = stat()
        do throws(Errno) {
            _ = try Errno.check { fstatat(descriptor, name, &result, AT_SYMLINK_NOFOLLOW) }
            return FileStatus(result)
        } catch .noSuchFileOrDirectory {
            return nil
        }
    }

    /// All names but `.` and `..` that are UTF-8; others cannot be ours.
    func names() throws(Errno) -> [String] {
        // A description of its own: reading moves its position.
        let copy = try Errno.check { openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = fdopendir(copy) else {
            let error = Errno.current
            close(copy)
            throw error
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            Glibc.errno = 0
            guard let entry = readdir(stream) else {
                guard Glibc.errno == 0 else { throw Errno.current }
                return names
            }
            if let name = Self.name(entry), name != ".", name != ".." { names.append(name) }
        }
    }

    func rename(_ name: String, to newName: String) throws(Errno) {
        _ = try Errno.check { renameat(descriptor, name, descriptor, newName) }
    }

    /// One that is not there counts as removed.
    func removeFile(_ name: String) throws(Errno) {
        do throws(Errno) {
            _ = try Errno.check { unlinkat(descriptor, name, 0) }
        } catch .noSuchFileOrDirectory, .isDirectory {
            return
        }
    }

    /// Throws `ENOTEMPTY` where something is in it.
    func removeFolder(_ name: String) throws(Errno) {
        _ = try Errno.check { unlinkat(descriptor, name, AT_REMOVEDIR) }
    }

    /// Makes the names in this folder durable. Some file systems cannot do that for directories and need not.
    func synchronize() throws(Errno) {
        do throws(Errno) {
            _ = try Errno.check { fsync(descriptor) }
        } catch .invalidArgument, .notSupported {
            return
        }
    }

    private static func name(_ entry: UnsafeMutablePointer<dirent>) -> String? {
        withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
        }
    }
}
