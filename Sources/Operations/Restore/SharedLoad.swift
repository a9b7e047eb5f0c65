import Archive
import BlockingWork
import JobModel
import Synchronization

/// A table while it is loaded: one session reads and checks it, and sessions that have nothing else to do take rows off
/// it.
///
/// It does not matter whose COPY a row goes into, but it must be one: who has the beginning of a large row takes the rest
/// of it too. All COPYs end together: a table that turns out to be damaged fails them all, and nothing of it stays.
final class SharedLoad: Sendable {
    let table: Manifest.Table
    let statement: ServerText
    /// From the session that reads to those that load, itself among them.
    let rows = Channel<[UInt8]>(capacity: 1)

    private struct State {
        var bytesTaken = 0
        var rowsLoaded: Int64 = 0
        /// Of the session that reads, too.
        var sessions = 1
    }

    /// Whether one session loads it, in the transaction that truncates it.
    let isAlone: Bool

    private let turns = TurnQueue()
    private let state = Mutex(State())

    init(_ table: Manifest.Table, statement: ServerText, isAlone: Bool = false) {
        self.table = table
        self.statement = statement
        self.isAlone = isAlone
    }

    /// Rows are written as VACUUM FREEZE would leave them: nobody has to write the pages again to say that they are
    /// committed, neither index builds nor the first reader. Source: PostgreSQL manual, COPY, "FREEZE".
    var freezingStatement: ServerText {
        let end: ServerText = ";\n"
        return "\(ServerText(bytes: statement.bytes.dropLast(end.bytes.count))) WITH (FREEZE)"
    }

    /// What sessions that join could still take.
    var bytesLeft: Int { isAlone ? 0 : table.bytesRaw - state.withLock { $0.bytesTaken } }

    /// What a session has taken so far.
    struct Part {
        /// Whether the last of it is the beginning of a row.
        fileprivate var endsWithinRow = false
    }

    /// The next rows, for one session's `part`.
    func take(_ part: inout Part) async throws -> [UInt8]? {
        if !part.endsWithinRow { try await turns.begin() }
        part.endsWithinRow = false
        defer { if !part.endsWithinRow { turns.end() } }
        guard let taken = try await rows.next() else { return nil }
        // In COPY text a newline is nothing but a row's end.
        part.endsWithinRow = taken.last != UInt8(ascii: "\n")
        state.withLock { $0.bytesTaken += taken.count }
        return taken
    }

    /// False where less than `leastBytes` are left: joining would cost more than it saves. No other session can join
    /// one that loads alone.
    func join(leastBytes: Int) -> Bool {
        state.withLock { state in
            guard !isAlone, table.bytesRaw - state.bytesTaken >= max(1, leastBytes) else { return false }
            state.sessions += 1
            return true
        }
    }

    /// Counts what a session has loaded; for the last session, what all have.
    func leave(rows: Int64) -> Int64? {
        state.withLock { state in
            state.rowsLoaded += rows
            state.sessions -= 1
            return state.sessions == 0 ? state.rowsLoaded : nil
        }
    }
}
