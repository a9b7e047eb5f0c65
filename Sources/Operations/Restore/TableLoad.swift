import Archive
import JobModel
import Postgres

/// Loads one table: object → checked → inflated → rows → COPY, of one session or of several. What arrives must be what
/// the manifest says, or the COPY fails and nothing of it stays.
struct TableLoad: Sendable {
    let stream: VerifiedStream
    let reporter: any ProgressReporter

    /// Reads the table and loads it, alone or with sessions that join.
    func run(_ load: SharedLoad, on session: Session) async throws {
        guard load.isAlone else { return try await fill(load, load.statement, on: session) }
        try await session.execute("BEGIN")
        do {
            let isTruncated = try await truncate(load.table, on: session)
            try await fill(load, isTruncated ? load.freezingStatement : load.statement, on: session)
            try await session.execute("COMMIT")
        } catch {
            try? await session.execute("ROLLBACK")
            throw error
        }
    }

    /// A server that keeps WAL at its minimum then writes none of the table's rows. Only of an empty table: what is
    /// there already, an extension has put there. False where that is so, or where the role may not.
    private func truncate(_ table: Manifest.Table, on session: Session) async throws -> Bool {
        let name = SQLIdentifier(schema: table.schema, name: table.name).quoted
        let privilege = try await session.query(
            "SELECT pg_catalog.has_table_privilege(\(name.quotedAsLiteral), 'TRUNCATE') AS is_there")
        guard try privilege.onlyRow().bool("is_there") else { return false }
        try await session.execute("LOCK TABLE ONLY \(name) IN ACCESS EXCLUSIVE MODE")
        let rows = try await session.query("SELECT EXISTS (SELECT FROM ONLY \(name)) AS are_there")
        guard try !rows.onlyRow().bool("are_there") else { return false }
        try await session.execute("TRUNCATE TABLE ONLY \(name)")
        return true
    }

    private func fill(_ load: SharedLoad, _ statement: ServerText, on session: Session) async throws {
        _ = try await Relay.run(through: load.rows) { send in
            try await rows(of: load.table, send)
        } consume: { _ in
            try await takePart(in: load, statement, on: session)
        }
    }

    /// Loads rows that another session reads, or this one, until there are no more.
    func takePart(in load: SharedLoad, _ statement: ServerText, on session: Session) async throws {
        var part = SharedLoad.Part()
        let rows = try await session.copyIn(statement) { try await load.take(&part) }
        guard let loaded = load.leave(rows: rows) else { return }
        let table = load.table
        guard loaded == Int64(table.rows) else {
            throw OperationError.rowCountDiffers(table: table.displayName, sent: Int64(table.rows), received: loaded)
        }
        reporter.report(.finished(item: table.displayName, rows: table.rows, bytes: table.bytesRaw))
    }

    /// Hands the table's rows on; throws at their end where they are not what the manifest says.
    private func rows(of table: Manifest.Table, _ send: Relay.Send) async throws {
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
    }
}
