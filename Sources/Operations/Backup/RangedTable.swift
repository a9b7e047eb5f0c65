import Archive
import BlockingWork
import ObjectStorage
import Postgres

/// A table that several workers copy at the same time, each other blocks of it, into one object.
///
/// The order of rows in a table does not matter, so members go into the object as they get ready. What is in it cannot
/// be withdrawn: where one range cannot be copied, all of the table is given up, and begun anew in one piece.
actor RangedTable {
    nonisolated let task: TableTask
    private let begin: @Sendable () async throws -> any ObjectWriter
    private let turns = TurnQueue()
    private var rangesLeft: Int
    private var rows = RowDigest()
    private var members = MemberGathering()
    private var writer: (any ObjectWriter)?
    private var isGivenUp = false

    /// Where one of the workers stands.
    enum Position {
        case betweenRows
        /// It has its turn until the row has come to its end.
        case withinRow
    }

    /// Another worker has given the table up.
    struct GivenUp: Error {}

    /// `begin` opens the table's object, with the first bytes.
    init(_ task: TableTask, ranges: Int, begin: @escaping @Sendable () async throws -> any ObjectWriter) {
        self.task = task
        rangesLeft = ranges
        self.begin = begin
    }

    /// Throws ``GivenUp`` where there is nothing to go on with.
    func checkGoesOn() throws {
        if isGivenUp { throw GivenUp() }
    }

    /// Adds a member to the object, in its turn. Where a row goes on in the next member the turn goes on as well, until
    /// that has come, with the same `position`, or ``giveTurnBack(_:)``. After an error there is no turn any more.
    func append(_ member: TableDump.Member, at position: inout Position) async throws {
        if position == .betweenRows { try await turns.begin() }
        position = .betweenRows
        do {
            try await write(member)
        } catch {
            turns.end()
            throw error
        }
        if member.endsRow { turns.end() } else { position = .withinRow }
    }

    /// For who cannot go on with a row.
    nonisolated func giveTurnBack(_ position: Position) {
        if position == .withinRow { turns.end() }
    }

    private func write(_ member: TableDump.Member) async throws {
        do {
            try await opened().append(member.bytes)
        } catch {
            // A writer that is discarded under us complains of that.
            try checkGoesOn()
            throw error
        }
        members.append(member)
    }

    /// Adds what a range came to; the table's result with the last of them, after the `terminator` was written.
    func finishRange(
        _ digest: RowDigest, terminator: () throws -> TableDump.Member
    ) async throws -> DumpResults.Table? {
        try checkGoesOn()
        rows += digest
        rangesLeft -= 1
        guard rangesLeft == 0 else { return nil }
        var position = Position.betweenRows
        try await append(terminator(), at: &position)
        let object = try await opened().commit()
        writer = nil
        return DumpResults.Table(task: task, digest: rows, object: object, members: members.all)
    }

    /// True for the first who says so, and who has to see to the table from then on.
    func giveUp() async -> Bool {
        guard !isGivenUp else { return false }
        isGivenUp = true
        await CleanupScope.run { await self.discard() }
        return true
    }

    private func discard() async {
        let open = writer
        writer = nil
        await open?.discard()
    }

    /// Called in turn only, so that there is one.
    private func opened() async throws -> any ObjectWriter {
        try checkGoesOn()
        if let writer { return writer }
        let opened = try await begin()
        guard !isGivenUp else {
            await CleanupScope.run { await opened.discard() }
            throw GivenUp()
        }
        writer = opened
        return opened
    }
}
