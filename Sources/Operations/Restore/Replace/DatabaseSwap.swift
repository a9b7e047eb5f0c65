import JobModel
import Postgres

/// Puts a restored database into the place of another by two renames in one transaction: whoever is killed at whatever
/// moment, the name belongs to the one or to the other.
///
/// `ALTER DATABASE … RENAME` locks out new sessions, and waits up to 5 s for those that are there to end (PostgreSQL,
/// `RenameDatabase` in `dbcommands.c`); new ones wait until the transaction has ended, and then meet the new database.
struct DatabaseSwap: Sendable {
    let names: ReplacementNames
    let ground: RestoreGround
    /// Whether sessions of the old database are ended.
    let disconnects: Bool
    let reached: @Sendable (IntoReplacement.Step) async throws -> Void

    func run(on session: Session) async throws {
        let restored = try await oid(of: names.temporary, on: session)
        do {
            try await rename(on: session)
        } catch {
            // A connection that breaks at the COMMIT does not say what became of it.
            let (ground, names) = (ground, names)
            let isDone =
                (try? await CleanupScope.result { () async throws -> Bool in
                    try await ground.openMaintenance(beside: names.name).closing { session in
                        try await self.oid(of: names.name, on: session) == restored
                    }
                }) ?? false
            guard isDone else { throw error }
        }
    }

    private func rename(on session: Session) async throws {
        guard disconnects else { return try await renameBoth(on: session) }
        let old = ConnectedSessions(database: names.name)
        let second = try await ground.openMaintenance(beside: names.name)
        try await second.closing { second in
            // What this role may not end, it says here.
            try await old.end(on: second)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled {
                        try? await old.end(on: second)
                        try? await Task.sleep(for: .milliseconds(50))
                    }
                }
                defer { group.cancelAll() }
                try await renameBoth(on: session)
            }
        }
    }

    private func renameBoth(on session: Session) async throws {
        try await session.execute("SET lock_timeout = '10s'")
        try await session.execute("BEGIN")
        do {
            try await session.execute(ServerText(names.swap[0]))
            try await reached(.oldRenamed)
            try await session.execute(ServerText(names.swap[1]))
            try await reached(.bothRenamed)
            try await session.execute("COMMIT")
        } catch {
            await CleanupScope.run { try? await session.execute("ROLLBACK") }
            throw error
        }
    }

    private func oid(of database: String, on session: Session) async throws -> UInt32? {
        try await session.query(
            "SELECT oid FROM pg_catalog.pg_database WHERE datname = $1", [ServerText(database)]
        ).rows.first?.oid("oid")
    }
}
