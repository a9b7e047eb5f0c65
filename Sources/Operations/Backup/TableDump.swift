import Archive
import JobModel
import ObjectStorage
import Postgres

/// Copies one table: COPY → rows counted and hashed → gzip members → one object.
///
/// Only the very last member holds the terminator `\.`: a server ignores, without a word, all that follows one.
struct TableDump: Sendable {
    let store: any ObjectStore
    let folder: ObjectKey
    let settings: BackupSettings
    let reporter: any ProgressReporter

    /// What ends a table's data in an archive: the terminator's line and two empty ones, as pg_dump writes them.
    static let terminator = Array("\\.\n\n\n".utf8)

    func run(_ task: TableTask, on session: Session) async throws -> DumpResults.Table {
        let writer = try await store.writer(for: folder.appending(task.fileName))
        do {
            let table = try await stream(task, from: session, into: writer)
            reporter.report(.finished(item: task.displayName, rows: table.digest.count, bytes: table.bytesRaw))
            return table
        } catch {
            await CleanupScope.run { await writer.discard() }
            throw error
        }
    }

    private func stream(
        _ task: TableTask, from session: Session, into writer: any ObjectWriter
    ) async throws -> DumpResults.Table {
        let statement = task.copyStatement
        let chunkSize = settings.chunkSizeInBytes
        let (sent, written) = try await Relay.run { send in
            try await session.copyOut(statement, chunkSizeInBytes: chunkSize, send)
        } consume: { next in
            try await compress(next, of: task, into: writer)
        }
        guard sent == written.digest.count else {
            throw OperationError.rowCountDiffers(
                table: task.displayName, sent: sent, received: written.digest.count)
        }
        return DumpResults.Table(
            task: task, digest: written.digest, bytesRaw: written.bytesRaw, object: try await writer.commit(),
            members: written.members.object(named: task.fileName))
    }

    private func compress(
        _ next: Relay.Next, of task: TableTask, into writer: any ObjectWriter
    ) async throws -> (digest: RowDigest, bytesRaw: Int64, members: MemberIndex.Builder) {
        var compressor = try settings.compression.makeCompressor()
        var digest = RowDigest(fieldOrder: task.digestFieldOrder)
        var bytesRaw: Int64 = 0
        var members = MemberIndex.Builder()
        while let chunk = try await next() {
            let rowsBefore = digest.count
            digest.update(chunk)
            bytesRaw += Int64(chunk.count)
            let member = try compressor.member(chunk)
            members.add(length: member.count, bytesRaw: chunk.count, rows: digest.count - rowsBefore)
            try await writer.append(member)
            reporter.report(.moved(bytes: chunk.count))
        }
        let last = try compressor.member(Self.terminator)
        members.add(length: last.count, bytesRaw: Self.terminator.count, rows: 0)
        try await writer.append(last)
        return (digest, bytesRaw, members)
    }
}
