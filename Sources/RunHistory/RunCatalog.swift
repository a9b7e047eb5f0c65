import Dispatch
import GRDB
import JobModel
import Synchronization

/// The run history in a directory: an SQLite file that several processes use at the same time.
///
/// A claim, a record and an update are on the disk when the call returns. Writes are done whole even when the calling
/// task is cancelled, and wait for other processes for at most ``busyTimeoutInSeconds``. Nothing waits on the
/// cooperative pool: the connection works on a queue of its own. Every method throws ``HistoryError``.
package final class RunCatalog: RunLedger {
    /// How long a call waits for another process that writes.
    static let busyTimeoutInSeconds = 10.0

    /// Nil once closed. Work is handed over under the lock, so that none comes behind the closing: GRDB does not survive
    /// the use of a closed connection.
    private let connection: Mutex<DatabaseQueue?>
    private let file: CatalogFile
    private let identity: CatalogFile.Identity?
    /// The SQLite file.
    package var path: String { file.path }

    /// `queue` is open on `file`.
    init(_ queue: DatabaseQueue, _ file: CatalogFile) {
        connection = Mutex(queue)
        self.file = file
        identity = file.identity
    }

    /// Ends the connection; the last one of all processes takes the write-ahead log into the file. Later calls throw
    /// ``HistoryError/closed(path:)``.
    package func close() async {
        let queue = connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                // What cannot be closed now is closed when the catalog goes.
                try? queue?.close()
                continuation.resume()
            }
        }
    }

    func read<Success: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Success
    ) async throws -> Success {
        try await perform { queue, finish in
            queue.asyncRead { db in finish(Result { try body(db.get()) }) }
        }
    }

    /// Runs `body` in a transaction. Throws ``HistoryError/replaced(path:)`` where nobody would find what it writes.
    func write<Success: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Success
    ) async throws -> Success {
        guard file.identity == identity else { throw HistoryError.replaced(path: path) }
        return try await perform { queue, finish in
            queue.asyncWriteWithoutTransaction { db in finish(Result { try db.transaction(body) }) }
        }
    }

    /// Hands work to the connection and waits for its end, whatever becomes of the calling task.
    private func perform<Success: Sendable>(
        _ start: (DatabaseQueue, _ finish: @escaping @Sendable (Result<Success, any Error>) -> Void) -> Void
    ) async throws -> Success {
        let path = path
        return try await withCheckedThrowingContinuation { continuation in
            let isOpen = connection.withLock { queue in
                guard let queue else { return false }
                start(queue) { continuation.resume(with: $0.mapError { HistoryError.from($0, path: path) }) }
                return true
            }
            if !isOpen { continuation.resume(throwing: HistoryError.closed(path: path)) }
        }
    }
}

extension Database {
    /// Takes the lock for writing at once, so that no other process can come between a look and a change.
    func transaction<Success>(_ body: (Database) throws -> Success) throws -> Success {
        var success: Success?
        try inTransaction(.immediate) {
            success = try body(self)
            return .commit
        }
        guard let success else { throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "no transaction was run") }
        return success
    }
}
