import JobModel

/// The name of a scratch database, and what marks it as ours.
struct ScratchName: Hashable, Sendable {
    let runID: String

    static let prefix = "dbops_scratch_"
    static let keptPrefix = "dbops_kept_"

    var text: String { Self.prefix + runID }
    /// The name of a database that stays.
    var keptText: String { Self.keptPrefix + runID }
    private var quoted: ServerText { ServerText(text).quotedAsIdentifier }
    private var commentText: ServerText { "scratch database of dbops run \(runID)" }

    init(runID: String) {
        precondition(Self.isRunID(runID), "a run's id is letters, digits and underscores")
        self.runID = runID
    }

    /// Nil where the name is not of our kind.
    init?(databaseName: String) {
        guard databaseName.hasPrefix(Self.prefix) else { return nil }
        let rest = String(databaseName.dropFirst(Self.prefix.count))
        guard Self.isRunID(rest) else { return nil }
        runID = rest
    }

    private static func isRunID(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (48...57).contains(byte)
                    || byte == UInt8(ascii: "_")
            }
    }

    /// The advisory lock's key: FNV-1a of the name. Locks are kept per database of the server, so whoever looks for
    /// one looks into `pg_locks`, which shows all.
    var lockKey: Int64 {
        let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return Int64(bitPattern: hash)
    }

    nonisolated(nonsending) func lock(_ session: Session) async throws {
        let row = try await session.query(
            "SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8) AS locked", [ServerText("\(lockKey)")]
        ).onlyRow()
        guard try row.bool("locked") else {
            throw PostgresError.statement(
                StatementFailure(
                    sqlState: .lockNotAvailable, message: "another run works with \(text)",
                    statement: "pg_try_advisory_lock"))
        }
    }

    nonisolated(nonsending) func comment(_ session: Session) async throws {
        try await session.execute("COMMENT ON DATABASE \(quoted) IS \(commentText.quotedAsLiteral)")
    }

    nonisolated(nonsending) func drop(_ session: Session) async throws {
        try await session.execute("DROP DATABASE IF EXISTS \(quoted) WITH (FORCE)")
    }

    /// Drops or renames; over a new connection where the session's is gone.
    nonisolated(nonsending) func dispose(_ session: Session, _ disposal: ScratchDatabase.Disposal) async throws {
        if disposal == .leave { return }
        do {
            try await disposeOnce(session, disposal)
        } catch PostgresError.connectionLost, PostgresError.sessionClosed {
            let second = try await Session.open(session.connectionInfo, applicationName: "dbops scratch")
            try await disposeOnce(second, disposal)
            await second.close()
        }
    }

    private nonisolated(nonsending) func disposeOnce(
        _ session: Session, _ disposal: ScratchDatabase.Disposal
    ) async throws {
        guard disposal == .keep else { return try await drop(session) }
        _ = try await session.query(
            """
            SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity
            WHERE datname = $1 AND pid <> pg_catalog.pg_backend_pid()
            """, [ServerText(text)])
        try await session.execute("ALTER DATABASE \(quoted) RENAME TO \(ServerText(keptText).quotedAsIdentifier)")
    }

    /// The databases of the server with our kind of name.
    nonisolated(nonsending) static func all(_ session: Session) async throws -> [ScratchName] {
        let table = try await session.query("SELECT datname AS name FROM pg_catalog.pg_database ORDER BY datname")
        return try table.rows.compactMap { row in
            try row.text("name").validText.flatMap { ScratchName(databaseName: $0) }
        }
    }

    /// Our comment is there, and nobody holds the lock.
    nonisolated(nonsending) func isAbandoned(_ session: Session) async throws -> Bool {
        let table = try await session.query(
            """
            SELECT pg_catalog.shobj_description(d.oid, 'pg_database') IS NOT DISTINCT FROM $2
                    AND pg_catalog.pg_has_role(d.datdba, 'USAGE') AS is_ours,
                EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
                OR EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1
                    AND (l.classid::pg_catalog.int8 << 32) | l.objid::pg_catalog.int8 = $3::pg_catalog.int8) AS is_used
            FROM pg_catalog.pg_database d WHERE d.datname = $1
            """, [ServerText(text), commentText, ServerText("\(lockKey)")])
        guard let row = table.rows.first else { return false }
        return try row.bool("is_ours") && !row.bool("is_used")
    }
}
