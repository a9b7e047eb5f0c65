import Archive
import JobModel
import Postgres

/// Loads one table: object → checked → inflated → rows → COPY. What arrives must be what the manifest says, or the
/// COPY fails and nothing of it stays.
struct TableLoad: Sendable {
    let stream: VerifiedStream
    let reporter: any ProgressReporter

    func run(_ table: Manifest.Table, statement: ServerText, on session: Session) async throws {
        let (read, loaded) = try await Relay.run { send in
            try await rows(of: table, send)
        } consume: { next in
            try await session.copyIn(statement, next)
        }
        guard read == loaded else {
            throw OperationError.rowCountDiffers(table: table.displayName, sent: read, received: loaded)
        }
        reporter.report(.finished(item: table.displayName, rows: table.rows, bytes: table.bytesRaw))
    }

    /// Reads the table's rows without loading them anywhere.
    private func rows(of table: Manifest.Table, _ send: Relay.Send) async throws -> Int64 {
        var data = TableDataReader(object: table.file, digest: RowDigest(fieldOrder: table.digestFieldOrder))
        try await stream.inflate(table.file) { inflated in
            for chunk in try data.append(inflated) {
                reporter.report(.moved(bytes: chunk.count))
                try await send(chunk)
            }
        }
        let digest = try data.finish()
        guard digest == table.digest else {
            throw ArchiveError.damaged(
                object: table.file,
                reason: "it holds \(digest.count) rows with the row hash \(digest.text), the manifest says "
                    + "\(table.rows) rows with \(table.digest.text)")
        }
        return digest.count
    }
}
