import Archive
import JobModel
import ObjectStorage
import Postgres

/// Copies one table: COPY → rows counted and hashed → gzip members → one object.
///
/// Only the very last member holds the terminator `\.`: a server ignores, without a word, all that follows one.
struct TableDump: Sendable {
    let destinations: DestinationSet
    let settings: BackupSettings
    let reporter: any ProgressReporter
    /// What all workers share; nil for as fast as it goes.
    let rateLimit: RateLimit?

    /// Leaves the object to be committed: that waits for the stores, and no longer for the server.
    func run(_ task: TableTask, on session: Session) async throws -> WrittenTable {
        let writer = try await destinations.writer(for: task.fileName, expectedSizeInBytes: task.sizeInBytes)
        do {
            return try await stream(task, from: session, into: writer)
        } catch {
            await CleanupScope.run { await writer.discard() }
            throw error
        }
    }

    /// Commits the table's object, or discards it where that fails.
    func commit(_ written: WrittenTable) async throws -> DumpResults.Table {
        let table = try await written.commit()
        tellEnd(of: table)
        return table
    }

    /// Copies some blocks of a table, beside other workers; the table's result where these were the last. Throws
    /// ``RangedTable/GivenUp``.
    func run(_ range: BlockRange, of table: RangedTable, on session: Session) async throws -> DumpResults.Table? {
        var position = RangedTable.Position.betweenRows
        defer { table.giveTurnBack(position) }
        let digest = try await copy(table.task, table.task.copyStatement(of: range), from: session) { member in
            try await table.append(member, at: &position)
        }
        let result = try await table.finishRange(digest, terminator: terminator)
        if let result { tellEnd(of: result) }
        return result
    }

    /// The table's share of an object that several workers write.
    func ranged(_ task: TableTask) -> RangedTable {
        RangedTable(task, ranges: task.ranges.count) {
            try await destinations.writer(for: task.fileName, expectedSizeInBytes: task.sizeInBytes)
        }
    }

    private func stream(
        _ task: TableTask, from session: Session, into writer: any ObjectWriter
    ) async throws -> WrittenTable {
        var members = MemberGathering()
        let digest = try await copy(task, task.copyStatement, from: session) { member in
            members.append(member)
            try await writer.append(member.bytes)
        }
        let last = try terminator()
        members.append(last)
        try await writer.append(last.bytes)
        return WrittenTable(task: task, digest: digest, members: members.all, writer: writer)
    }

    /// A gzip member, and what is in it. A row that is larger than a chunk is in several, one after the other.
    struct Member: Sendable {
        let bytes: [UInt8]
        /// Those that end in it.
        let rows: Int
        let bytesRaw: Int
        /// Whether its last row ends with it.
        let endsRow: Bool
    }

    /// Hands out the rows that `statement` reads, as members; returns what they come to.
    private func copy(
        _ task: TableTask, _ statement: ServerText, from session: Session,
        _ deliver: nonisolated(nonsending) (Member) async throws -> Void
    ) async throws -> RowDigest {
        let compressor = try settings.compression.makeCompressor()
        var rows = RowHasher(fieldOrder: task.root?.fieldOrder)
        let sent = try await session.copyOut(statement, chunkSizeInBytes: settings.chunkSizeInBytes) { chunk in
            let before = rows.digest
            rows.update(chunk)
            let member = Member(
                bytes: try compressor.member(chunk), rows: rows.digest.rows - before.rows, bytesRaw: chunk.count,
                endsRow: chunk.last == UInt8(ascii: "\n"))
            try await deliver(member)
            reporter.report(.moved(bytes: chunk.count))
            try await rateLimit?.take(chunk.count)
        }
        guard sent == rows.digest.rows else {
            throw OperationError.rowCountDiffers(table: task.displayName, sent: sent, received: Int64(rows.digest.rows))
        }
        return rows.digest
    }

    private func terminator() throws -> Member {
        let text = TableDataReader.terminator
        return Member(
            bytes: try settings.compression.makeCompressor().member(text), rows: 0, bytesRaw: text.count, endsRow: true)
    }

    private func tellEnd(of table: DumpResults.Table) {
        reporter.report(.finished(item: table.task.displayName, rows: table.digest.rows, bytes: table.digest.bytes))
    }
}
