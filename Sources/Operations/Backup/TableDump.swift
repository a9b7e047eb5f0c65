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

    func run(_ task: TableTask, on session: Session) async throws -> DumpResults.Table {
        let writer = try await destinations.writer(for: task.fileName)
        do {
            let table = try await stream(task, from: session, into: writer)
            tellEnd(of: table)
            return table
        } catch {
            await CleanupScope.run { await writer.discard() }
            throw error
        }
    }

    /// Copies some blocks of a table, beside other workers; the table's result where these were the last. Throws
    /// ``RangedTable/GivenUp``.
    func run(_ range: BlockRange, of table: RangedTable, on session: Session) async throws -> DumpResults.Table? {
        let digest = try await copy(table.task, table.task.copyStatement(of: range), from: session) { member in
            try await table.append(member.bytes, rows: member.rows, bytesRaw: member.bytesRaw)
        }
        let result = try await table.finishRange(digest) { try terminator().bytes }
        if let result { tellEnd(of: result) }
        return result
    }

    /// The table's share of an object that several workers write.
    func ranged(_ task: TableTask) -> RangedTable {
        RangedTable(task, ranges: task.ranges.count) { try await destinations.writer(for: task.fileName) }
    }

    private func stream(
        _ task: TableTask, from session: Session, into writer: any ObjectWriter
    ) async throws -> DumpResults.Table {
        var members: [MemberIndex.Member] = []
        let digest = try await copy(task, task.copyStatement, from: session) { member in
            members.append(length: member.bytes.count, rows: member.rows, bytesRaw: member.bytesRaw)
            try await writer.append(member.bytes)
        }
        let last = try terminator()
        members.append(length: last.bytes.count, rows: 0, bytesRaw: last.bytesRaw)
        try await writer.append(last.bytes)
        return DumpResults.Table(task: task, digest: digest, object: try await writer.commit(), members: members)
    }

    /// A gzip member, and what is in it.
    private struct Member {
        let bytes: [UInt8]
        let rows: Int
        let bytesRaw: Int
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
                bytes: try compressor.member(chunk), rows: rows.digest.rows - before.rows, bytesRaw: chunk.count)
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
        return Member(bytes: try settings.compression.makeCompressor().member(text), rows: 0, bytesRaw: text.count)
    }

    private func tellEnd(of table: DumpResults.Table) {
        reporter.report(.finished(item: table.task.displayName, rows: table.digest.rows, bytes: table.digest.bytes))
    }
}
