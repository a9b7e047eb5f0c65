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
            throw OperationError.rowCountDiffers(table: table.displayName, sent: Int64(read), received: loaded)
        }
        reporter.report(.finished(item: table.displayName, rows: table.rows, bytes: table.bytesRaw))
    }

    /// Hands the table's rows on; throws at their end where they are not what the manifest says.
    private func rows(of table: Manifest.Table, _ send: Relay.Send) async throws -> Int {
        var data = TableDataReader(object: table.file, fieldOrder: table.root?.fieldOrder)
        try await stream.inflate(table.file) { inflated in
            let rows = try data.append(inflated)
            guard !rows.isEmpty else { return }
            reporter.report(.moved(bytes: rows.count))
            try await send(rows)
        }
        let digest = try data.finish()
        guard digest == table.rowDigest else {
            throw ArchiveError.damaged(
                object: table.file,
                reason: "it holds \(digest.rows) rows with the row hash \(digest.sum), the manifest says "
                    + "\(table.rows) rows with \(table.digest)")
        }
        return digest.rows
    }
}
