import GRDB
package import JobModel

/// What can go wrong with the run history in a directory. None of it harms a backup.
package enum HistoryError: UserFacingError, Equatable {
    /// There is none.
    case missing(path: String)
    /// The file is no run history, or a broken one.
    case damaged(path: String, reason: String)
    /// A newer dbops has written it.
    case newerSchema(path: String)
    /// The directory or the file cannot be written, or not be made.
    case notWritable(path: String, reason: String)
    /// The directory or the file may not be read.
    case forbidden(path: String, reason: String)
    case diskFull(path: String)
    /// Other processes kept it locked.
    case busy(path: String)
    /// Another file has taken its place, or none: what is written would be lost.
    case replaced(path: String)
    /// It was closed before.
    case closed(path: String)
    /// Reading or writing broke off.
    case failed(path: String, reason: String)

    package var message: String {
        switch self {
        case .missing(let path): "there is no run history at \(path)"
        case .damaged(let path, let reason): "the run history \(path) is damaged: \(reason)"
        case .newerSchema(let path): "the run history \(path) was written by a newer dbops"
        case .notWritable(let path, let reason): "cannot write the run history \(path): \(reason)"
        case .forbidden(let path, let reason): "may not read the run history \(path): \(reason)"
        case .diskFull(let path): "cannot write the run history \(path): no space left on the device"
        case .busy(let path): "the run history \(path) is locked by another process"
        case .replaced(let path): "the run history \(path) was moved away or replaced while it was open"
        case .closed(let path): "the run history \(path) is closed"
        case .failed(let path, let reason): "the run history \(path) failed: \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .missing: "It is made by the first run of a job; name another place by --state."
        case .damaged: "The next start of the daemon sets it aside and begins a new one; backups do not depend on it."
        case .newerSchema: "Use that version of dbops here too, or another state directory."
        case .notWritable: "Check the state directory: its owner and mode, and whether its file system is read-only."
        case .forbidden: "Run this as the user of the daemon, or as root."
        case .diskFull: "Make room there, or move the state directory; backups go on without a history."
        case .busy(let path): "Try again; if it stays so, look for a process that hangs: fuser \"\(path)\"."
        case .replaced: "It has to be opened again: restart the daemon where it does not do so by itself."
        case .closed: nil
        case .failed: "Check the disk (dmesg), then try again."
        }
    }

    package var category: FailureCategory {
        switch self {
        case .missing, .newerSchema: .unavailable
        case .damaged: .damaged
        case .notWritable, .diskFull: .cannotWrite
        case .forbidden: .permission
        case .busy: .tryLater
        case .closed: .defect
        case .replaced, .failed: .failed
        }
    }
}

extension HistoryError {
    /// What SQLite's error means for the file at `path`. Source: sqlite.org, "Result and Error Codes".
    init(_ error: DatabaseError, path: String) {
        let reason = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        switch error.extendedResultCode {
        case .SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_DATA, .SQLITE_IOERR_CORRUPTFS:
            self = .damaged(path: path, reason: reason)
            return
        default: break
        }
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_FORMAT, .SQLITE_MISMATCH:
            self = .damaged(path: path, reason: reason)
        case .SQLITE_FULL: self = .diskFull(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: self = .busy(path: path)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN: self = .notWritable(path: path, reason: reason)
        case .SQLITE_PERM, .SQLITE_AUTH: self = .forbidden(path: path, reason: reason)
        default: self = .failed(path: path, reason: reason)
        }
    }

    /// Any error of a piece of work on the file at `path`; those that are no fault of the file stay what they are.
    static func from(_ error: any Error, path: String) -> any Error {
        switch error {
        case let error as DatabaseError: HistoryError(error, path: path)
        case let error as RowDecodingError: HistoryError.damaged(path: path, reason: "\(error)")
        default: error
        }
    }
}
