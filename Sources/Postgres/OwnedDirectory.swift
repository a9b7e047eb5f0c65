import Foundation
import JobModel
import Synchronization

/// A folder that dbops makes for a while, with a marker file that names the run and a lock that is held as long as
/// this value's process lives.
///
/// A killed run leaves the folder behind, but not the lock: ``sweep(in:)`` finds such folders and removes them, and
/// nothing else.
package final class OwnedDirectory: Sendable {
    /// What the folder is for; part of its name.
    package enum Purpose: String, CaseIterable, Sendable {
        /// A throw-away cluster.
        case cluster = "c"
        /// A child's passwords.
        case secrets = "s"
        /// A table of contents for pg_restore.
        case contents = "t"
    }

    package let path: String
    /// The file that holds the lock, until the folder is removed.
    private let lock: Mutex<Int32?>

    private static let prefix = "dbops-"
    static let markerName = "dbops-run"
    static let lockName = "lock"

    /// Makes `<parent>/dbops-<purpose>-XXXXXX`, which only this user may read.
    package init(in parent: String, purpose: Purpose, runID: String) throws(PostgresError) {
        var template = Array("\(parent)/\(Self.prefix)\(purpose.rawValue)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Self.failure("cannot make a folder in \(parent)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let descriptor = open("\(path)/\(Self.lockName)", O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Self.failure("cannot lock \(path)")
        }
        lock = Mutex(descriptor)
        try Self.write(Array("\(runID)\n".utf8), to: "\(path)/\(Self.markerName)")
    }

    /// Writes a new file that only this user may read.
    static func write(_ bytes: [UInt8], to path: String) throws(PostgresError) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("cannot write \(path)") }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let error = failure("cannot write \(path)")
                close(descriptor)
                throw error
            }
            written += count
        }
        close(descriptor)
    }

    /// Removes the folder with all that is in it. What belongs to another user is that user's to remove first.
    package func remove() {
        Self.remove(path)
        unlock()
    }

    /// Leaves the folder where it is, under a name that is never swept, and returns its path.
    package func keep() throws(PostgresError) -> String {
        let keptPath = Self.keptPath(of: path)
        guard rename(path, keptPath) == 0 else { throw Self.failure("cannot rename \(path)") }
        unlock()
        return keptPath
    }

    /// Where ``keep()`` moves a folder.
    static func keptPath(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let parent = String(path.dropLast(name.count))
        return parent + name.replacing(prefix, with: "\(prefix)kept-", maxReplacements: 1)
    }

    deinit { unlock() }

    private func unlock() {
        lock.withLock { descriptor in
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }

    /// Removes the folders that killed runs have left in `parent`, and returns their paths.
    ///
    /// A folder goes only when its name is of our pattern, it is a folder and no link, belongs to this user, holds our
    /// marker, nobody holds its lock, and `isInUse` says that no process works in it.
    static func sweep(in parent: String, isInUse: (String) -> Bool) -> [String] {
        leftovers(in: parent, isInUse: isInUse) { path in
            remove(path)
            return access(path, F_OK) != 0
        }
    }

    /// The folders that a sweep would remove, of which `isWanted` is true; each is locked while that is asked.
    static func leftovers(
        in parent: String, isInUse: (String) -> Bool, _ isWanted: (String) -> Bool = { _ in true }
    ) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.filter(isOurs).map { "\(parent)/\($0)" }.filter { path in
            guard isFolderOfThisUser(path), hasMarker(path), let descriptor = takeLock(of: path) else { return false }
            defer { close(descriptor) }
            return !isInUse(path) && isWanted(path)
        }
    }

    private static func isOurs(_ name: String) -> Bool {
        Purpose.allCases.contains { purpose in
            let head = "\(prefix)\(purpose.rawValue)-"
            return name.hasPrefix(head) && name.utf8.count == head.utf8.count + 6
                && name.utf8.dropFirst(head.utf8.count).allSatisfy { $0 != UInt8(ascii: "-") }
        }
    }

    private static func isFolderOfThisUser(_ path: String) -> Bool {
        var information = stat()
        return lstat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
            && information.st_uid == geteuid()
    }

    private static func hasMarker(_ path: String) -> Bool {
        var information = stat()
        return lstat("\(path)/\(markerName)", &information) == 0 && information.st_mode & S_IFMT == S_IFREG
            && information.st_uid == geteuid()
    }

    private static func takeLock(of path: String) -> Int32? {
        let descriptor = open("\(path)/\(lockName)", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// `removeItem` follows no links: it removes the link.
    private static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func failure(_ reason: String) -> PostgresError {
        let errorText = String(cString: strerror(errno))
        return .cluster(
            reason: "\(reason): \(errorText)", hint: "Give a folder that can be written, for instance with TMPDIR.",
            category: .cannotWrite)
    }
}
