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

    func run(_ task: TableTask, on session: Session) async throws -> DumpResults.Table {
        let writer = try await destinations.writer(for: task.fileName)
        do {
            let table = try await stream(task, from: session, into: writer)
            reporter.report(.finished(item: task.displayName, rows: table.digest.rows, bytes: table.digest.bytes))
            return table
        } catch {
            await CleanupScope.run { await writer.discard() }
            throw error
        }
    }

    private func stream(
        _ task: TableTask, from session: Session, into writer: any ObjectWriter
    ) async throws -> DumpResults.Table {
        let compressor = try settings.compression.makeCompressor()
        var rows = RowHasher(fieldOrder: task.root?.fieldOrder)
        var members: [MemberIndex.Member] = []
        let sent = try await session.copyOut(
            task.copyStatement, chunkSizeInBytes: settings.chunkSizeInBytes
        ) { chunk in
            let before = rows.digest
            rows.update(chunk)
            let member = try compressor.member(chunk)
            members.append(length: member.count, rows: rows.digest.rows - before.rows, bytesRaw: chunk.count)
            try await writer.append(member)
            reporter.report(.moved(bytes: chunk.count))
        }
        guard sent == rows.digest.rows else {
            throw OperationError.rowCountDiffers(table: task.displayName, sent: sent, received: Int64(rows.digest.rows))
        }
        let last = try compressor.member(TableDataReader.terminator)
        members.append(length: last.count, rows: 0, bytesRaw: TableDataReader.terminator.count)
        try await writer.append(last)
        return DumpResults.Table(
            task: task, digest: rows.digest, object: try await writer.commit(), members: members)
    }
}

extension [MemberIndex.Member] {
    /// Beyond this, neighbours are merged: the index of a table of any size stays small.
    private static var most: Int { 4_096 }

    /// Adds the member that follows the last.
    fileprivate mutating func append(length: Int, rows: Int, bytesRaw: Int) {
        let offset = last.map { $0.offset + $0.length } ?? 0
        append(MemberIndex.Member(offset: offset, length: length, rows: rows, bytesRaw: bytesRaw))
        if count > Self.most { mergeNeighbours() }
    }

    private mutating func mergeNeighbours() {
        self = stride(from: 0, to: count, by: 2).map { index in
            var member = self[index]
            if index + 1 < count {
                member.length += self[index + 1].length
                member.rows += self[index + 1].rows
                member.bytesRaw += self[index + 1].bytesRaw
            }
            return member
        }
    }
}
