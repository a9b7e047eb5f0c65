import Foundation
import JobModel

/// The files of a run history: who may read them, who is opening them, and how a broken one is put out of the way.
///
/// The database file is never opened here: closing it would take away the locks that SQLite holds on it for this
/// process. Source: sqlite.org, "How To Corrupt An SQLite Database File", 2.2.
struct CatalogFile: Sendable {
    let directory: String
    var path: String { "\(directory)/dbops.sqlite" }

    /// SQLite's own companions of the file, which belong to it.
    private static let companions = ["-wal", "-shm"]
    /// How long to wait for another process that opens the same history.
    private static let lockTimeoutInSeconds = 30.0

    var exists: Bool { access(path, F_OK) == 0 }
    /// Whether somebody has the file open, or had when the machine or the process died.
    var hasWriteAheadLog: Bool { access("\(path)-wal", F_OK) == 0 }

    /// What tells this file from another of the same name; nil where there is none.
    var identity: Identity? {
        var status = stat()
        return stat(path, &status) == 0 ? Identity(device: status.st_dev, inode: status.st_ino) : nil
    }

    struct Identity: Hashable, Sendable {
        let device: UInt
        let inode: UInt
    }

    /// Makes the directory, with mode 0700, where it is not there; one that is there keeps its mode.
    func makeDirectory() throws {
        guard access(directory, F_OK) != 0 else { return }
        let parent = (directory as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw fault() }
    }

    /// Runs `body` while no other process opens, moves or migrates this history. Waits, so not for the cooperative
    /// pool.
    func withOpeningLock<Success>(_ body: () throws -> Success) throws -> Success {
        let descriptor = open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault() }
        defer { close(descriptor) }
        let deadline = Date().addingTimeInterval(Self.lockTimeoutInSeconds)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw fault() }
            guard Date() < deadline else { throw HistoryError.busy(path: path) }
            usleep(10_000)
        }
        return try body()
    }

    /// Makes an empty file with mode 0600 where there is none, and takes the group's and others' rights from one that
    /// is there; SQLite gives its companions the same mode.
    func makePrivate() throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            return
        }
        guard errno == EEXIST else { throw fault() }
        for suffix in [""] + Self.companions where access(path + suffix, F_OK) == 0 {
            // One that belongs to somebody else and can be written all the same is none of our business.
            chmod(path + suffix, 0o600)
        }
    }

    /// Renames the file and its companions, and returns the file's new name.
    func setAside(at instant: CivilTime) throws -> String {
        let name = freeName("\(path).corrupt-\(instant.compactText)")
        // The file last: without it, its log would be taken for that of the next file.
        for suffix in Self.companions + [""] where access(path + suffix, F_OK) == 0 {
            guard rename(path + suffix, name + suffix) == 0 else { throw fault() }
        }
        return name
    }

    private func freeName(_ name: String) -> String {
        var candidate = name
        var number = 2
        while access(candidate, F_OK) == 0 {
            candidate = "\(name)-\(number)"
            number += 1
        }
        return candidate
    }

    /// What the last failed call means.
    private func fault() -> HistoryError {
        let code = errno
        let reason = String(cString: strerror(code))
        switch code {
        case ENOSPC, EDQUOT: return .diskFull(path: path)
        default: return .notWritable(path: path, reason: reason)
        }
    }
}
