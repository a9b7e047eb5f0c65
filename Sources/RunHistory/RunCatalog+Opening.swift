import Dispatch
import Foundation
import GRDB
package import JobModel

/// A run history that was opened, and what there is to say about it.
package struct OpenedCatalog: Sendable {
    package let catalog: RunCatalog
    /// That the history was damaged and a new one was begun, for people; nil in the ordinary case.
    package let warning: String?
}

extension RunCatalog {
    /// Opens the history in `directory` for reading and writing, and makes both where they are not there: the
    /// directory with mode 0700, the files with 0600.
    ///
    /// A damaged file is renamed to `dbops.sqlite.corrupt-<now>`, and a new history is begun. One that a newer dbops
    /// has written is refused as ``HistoryError/newerSchema(path:)``; a place that cannot be written as
    /// ``HistoryError/notWritable(path:reason:)`` or ``HistoryError/diskFull(path:)``.
    package static func open(directory: String, now: CivilTime) async throws -> OpenedCatalog {
        let file = CatalogFile(directory: directory)
        return try await onBlockingQueue {
            try file.makeDirectory()
            return try file.withOpeningLock { try open(file, now: now) }
        }
    }

    /// Opens the history in `directory` for reading; makes nothing. Writes fail as
    /// ``HistoryError/notWritable(path:reason:)``.
    package static func openForReading(directory: String) async throws -> RunCatalog {
        let file = CatalogFile(directory: directory)
        return try await onBlockingQueue {
            guard file.exists else { throw missing(file) }
            guard access(file.path, R_OK) == 0 else {
                throw HistoryError.forbidden(path: file.path, reason: String(cString: strerror(errno)))
            }
            return try openForReading(file)
        }
    }

    /// Opening and closing wait for the disk and for locks.
    private static func onBlockingQueue<Success: Sendable>(
        _ body: @escaping @Sendable () throws -> Success
    ) async throws -> Success {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
        }
    }

    private static func open(_ file: CatalogFile, now: CivilTime) throws -> OpenedCatalog {
        do {
            return OpenedCatalog(catalog: try openWhole(file), warning: nil)
        } catch HistoryError.damaged(_, let reason) {
            let name = try file.setAside(at: now)
            let catalog = try openWhole(file)
            return OpenedCatalog(
                catalog: catalog,
                warning: """
                    the run history \(file.path) was damaged (\(reason)); it was set aside as \(name), and a new one \
                    was begun
                    """)
        }
    }

    private static func openWhole(_ file: CatalogFile) throws -> RunCatalog {
        do {
            try file.makePrivate()
            let queue = try DatabaseQueue(path: file.path, configuration: configuration(readOnly: false))
            try queue.writeWithoutTransaction { db in
                try refuseNewer(db, file)
                // A start is recorded before it happens, and must be there after a power cut.
                try db.execute(sql: "PRAGMA synchronous = FULL")
            }
            try Schema.migrator.migrate(queue)
            try queue.read { try checkWholeness($0, file) }
            return RunCatalog(queue, file)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_READONLY && access(file.path, W_OK) == 0 {
            // The lock beside it could be written, so it is the file's own header that says so.
            throw HistoryError.damaged(path: file.path, reason: "it says of itself that it cannot be written")
        } catch {
            throw HistoryError.from(error, path: file.path)
        }
    }

    private static func openForReading(_ file: CatalogFile) throws -> RunCatalog {
        do {
            // Reading would make a log beside a file that nobody has open; so that file is read as one that stands still.
            let standsStill = !file.hasWriteAheadLog
            do {
                return try openForReading(file, path: standsStill ? file.stillPath : file.path)
            } catch HistoryError.damaged where standsStill {
                return try openForReading(file, path: file.path)
            }
        }
    }

    private static func openForReading(_ file: CatalogFile, path: String) throws -> RunCatalog {
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: true))
            try queue.read { db in
                try refuseNewer(db, file)
                try checkTables(db, file)
            }
            return RunCatalog(queue, file)
        } catch {
            throw HistoryError.from(error, path: file.path)
        }
    }

    private static func configuration(readOnly: Bool) -> GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.label = "run history"
        configuration.readonly = readOnly
        configuration.journalMode = readOnly ? .default : .wal
        configuration.busyMode = .timeout(busyTimeoutInSeconds)
        return configuration
    }

    private static func missing(_ file: CatalogFile) -> HistoryError {
        // A directory that may not be entered hides what is in it.
        errno == EACCES
            ? .forbidden(path: file.path, reason: String(cString: strerror(EACCES))) : .missing(path: file.path)
    }

    private static func refuseNewer(_ db: Database, _ file: CatalogFile) throws {
        guard try !Schema.migrator.hasBeenSuperseded(db) else { throw HistoryError.newerSchema(path: file.path) }
    }

    /// Reads the whole of a file of ordinary size once; a very large one only in part, lest the start take minutes.
    private static func checkWholeness(_ db: Database, _ file: CatalogFile) throws {
        try checkTables(db, file)
        let size = try Int.fetchOne(db, sql: "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        guard let size, size <= largestCheckedSizeInBytes else { return }
        let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
        guard verdict == "ok" else {
            throw HistoryError.damaged(path: file.path, reason: verdict ?? "it could not be checked")
        }
    }

    private static let largestCheckedSizeInBytes = 1 << 30

    private static func checkTables(_ db: Database, _ file: CatalogFile) throws {
        let names = try Set(String.fetchAll(db, sql: "SELECT name FROM sqlite_master"))
        if let missing = Schema.names.subtracting(names).min() {
            throw HistoryError.damaged(path: file.path, reason: "\(missing) is missing")
        }
        for probe in Schema.probes { _ = try Row.fetchOne(db, sql: probe) }
    }
}

extension CatalogFile {
    /// For SQLite: the file with the promise that nobody changes it. Source: sqlite.org, "Uniform Resource Identifiers",
    /// 3.3.
    fileprivate var stillPath: String {
        let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "?#%"))
        let escaped = path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path
        return "file:\(escaped)?immutable=1"
    }
}
