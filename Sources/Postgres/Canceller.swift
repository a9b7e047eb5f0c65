import CPQ
import Foundation

/// Breaks off the statement that a session runs, from whatever thread.
///
/// A request can reach the server before the statement does and is then lost, so it is repeated while the statement
/// runs; and one that arrives late would hit the next statement, so the next one waits until no request is under
/// way. A server that answers none for 30 s is taken for gone, and the connection is shut down.
///
/// @unchecked: `handle` is a copy of the connection's address that `PQcancel` only reads and that is documented as
/// safe to use from any thread; all other state is guarded by `condition`.
final class Canceller: @unchecked Sendable {
    private let handle: OpaquePointer
    private let socket: Int32
    private let condition = NSCondition()
    private var isRunning = false
    private var isCancelling = false

    private static let repeatAfterSeconds = 0.25
    private static let patienceInSeconds = 30.0

    /// `socket` is the connection's; it is touched only while a statement runs.
    init?(connection: OpaquePointer) {
        guard let handle = PQgetCancel(connection) else { return nil }
        self.handle = handle
        socket = PQsocket(connection)
    }

    deinit { PQfreeCancel(handle) }

    /// Call on the session's thread before each statement; waits for a request that is under way.
    func statementBegins() {
        condition.lock()
        while isCancelling { condition.wait() }
        isRunning = true
        condition.unlock()
    }

    /// Call on the session's thread after each statement.
    func statementEnds() {
        condition.lock()
        isRunning = false
        condition.broadcast()
        condition.unlock()
    }

    /// Breaks off the statement that runs now; does nothing where none runs. Returns at once.
    func cancel() {
        condition.lock()
        defer { condition.unlock() }
        guard isRunning, !isCancelling else { return }
        isCancelling = true
        Thread.detachNewThread { [self] in cancelUntilStatementEnds() }
    }

    private func cancelUntilStatementEnds() {
        let deadline = Date(timeIntervalSinceNow: Self.patienceInSeconds)
        condition.lock()
        while isRunning {
            condition.unlock()
            var complaint = [CChar](repeating: 0, count: 256)
            _ = PQcancel(handle, &complaint, Int32(complaint.count))
            condition.lock()
            if isRunning { _ = condition.wait(until: Date(timeIntervalSinceNow: Self.repeatAfterSeconds)) }
            if isRunning, Date() > deadline { shutdown(socket, Int32(SHUT_RDWR)) }
        }
        isCancelling = false
        condition.broadcast()
        condition.unlock()
    }
}
