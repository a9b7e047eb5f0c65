import Foundation
import JobModel

/// Writes a file that only this user may read, whole or not at all.
enum NewFile {
    /// Throws ``NewFileError/exists(path:)`` where there is one already, unless `replaces`; nothing is left behind then.
    static func write(_ text: String, to path: String, replaces: Bool) throws(NewFileError) {
        let temporary = "\(path).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: reason) }
        defer { unlink(temporary) }
        let bytes = Array(text.utf8)
        let isWritten = put(bytes, descriptor) && fsync(descriptor) == 0
        let failure = reason
        close(descriptor)
        guard isWritten else { throw .cannotWrite(path: path, reason: failure) }
        // A link, unlike a renaming, replaces nothing.
        guard (replaces ? rename(temporary, path) : link(temporary, path)) == 0 else {
            throw errno == EEXIST ? .exists(path: path) : .cannotWrite(path: path, reason: reason)
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }

    private static func put(_ bytes: [UInt8], _ descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}

/// A file that could not be made.
enum NewFileError: UserFacingError, Equatable {
    case exists(path: String)
    case cannotWrite(path: String, reason: String)

    var message: String {
        switch self {
        case .exists(let path): "\(path) is there already"
        case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
        }
    }
    var hint: String? {
        switch self {
        case .exists: "Name another place with --output, or replace it with --force."
        case .cannotWrite: "Name another place with --output."
        }
    }
    var category: FailureCategory { .cannotWrite }
}
