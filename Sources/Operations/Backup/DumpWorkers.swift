import JobModel
import Postgres

/// Several sessions inside the leader's snapshot, which take tasks until none is left.
struct DumpWorkers: Sendable {
    let leader: SnapshotLeader
    let connection: ConnectionInfo
    let applicationName: String
    let encoding: ServerText
    let tableDump: TableDump
    let largeObjectDump: LargeObjectDump
    let warnings: Warnings

    func run(_ plan: BackupPlan, workers: Int) async throws -> DumpResults {
        let queue = WorkQueue(plan.tasks)
        let forLeader = WorkQueue<TableTask>([])
        let results = DumpResults()
        let sessions = try await openSessions(max(1, min(workers, plan.tasks.count)))
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for session in sessions {
                    group.addTask { try await work(on: session, queue, forLeader, results) }
                }
                try await group.waitForAll()
            }
            while let task = forLeader.next() {
                results.add(try await copy(task, on: leader.session))
            }
        } catch {
            await close(sessions)
            throw error
        }
        await close(sessions)
        return results
    }

    private func close(_ sessions: [Session]) async {
        for session in sessions { await session.close() }
    }

    /// A server with few connections left gets fewer workers, and the report says so.
    private func openSessions(_ count: Int) async throws -> [Session] {
        var sessions: [Session] = []
        do {
            for _ in 0..<count { sessions.append(try await openSession()) }
        } catch let error as PostgresError where error.isTooManyConnections && !sessions.isEmpty {
            warnings.add("only \(sessions.count) of \(count) workers could connect: \(error.message)")
        } catch {
            await close(sessions)
            throw error
        }
        return sessions
    }

    private func openSession() async throws -> Session {
        let session = try await Session.open(connection, applicationName: applicationName)
        do {
            let settings = SessionSettings.dumping(
                serverVersionNumber: session.server.versionNumber, clientEncoding: encoding)
            for setting in settings {
                try await session.execute(setting)
            }
            try await session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            try await session.execute(
                "SET TRANSACTION SNAPSHOT \(ServerText(leader.snapshotName).quotedAsLiteral)")
            return session
        } catch {
            await session.close()
            throw error
        }
    }

    private func work(
        on session: Session, _ queue: WorkQueue<DumpTask>, _ forLeader: WorkQueue<TableTask>, _ results: DumpResults
    ) async throws {
        while let task = queue.next() {
            try Task.checkCancellation()
            switch task {
            case .table(let table):
                if let result = try await dump(table, on: session) {
                    results.add(result)
                } else {
                    forLeader.append(table)
                }
            case .largeObjects(let batch):
                results.add(try await largeObjectDump.run(batch, on: session))
            }
        }
    }

    /// A lock holds the table, not its name: a schema can be renamed, and its name taken over by another, under any
    /// lock. So the name is looked up again after the rows were read by it.
    private func copy(_ table: TableTask, on session: Session) async throws -> DumpResults.Table {
        do {
            let result = try await tableDump.run(table, on: session)
            let name = SQLIdentifier(schema: table.schema, name: table.name).quoted
            let now = try await session.query("SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid", [name])
            guard try now.onlyRow().optionalOID("oid") == table.oid else {
                throw OperationError.changingTables(
                    table: table.displayName, reason: "another table bears its name now")
            }
            return result
        } catch let error as PostgresError where error.isUndefinedTable || error.isUndefinedSchema {
            throw OperationError.changingTables(table: table.displayName, reason: error.message)
        }
    }

    /// Nil where the table cannot be locked at once: somebody's ALTER is queued behind the leader's lock, and only the
    /// leader itself can still read the table. The lock is given back after the copy, so a worker holds one at a time.
    private func dump(_ table: TableTask, on session: Session) async throws -> DumpResults.Table? {
        try await session.execute("SAVEPOINT one_table")
        do {
            let name = SQLIdentifier(schema: table.schema, name: table.name).quoted
            try await session.execute("LOCK TABLE ONLY \(name) IN ACCESS SHARE MODE NOWAIT")
        } catch let error as PostgresError where error.isUndefinedTable || error.isUndefinedSchema {
            throw OperationError.changingTables(table: table.displayName, reason: error.message)
        } catch let error as PostgresError where error.isLockNotAvailable {
            try await session.execute("ROLLBACK TO SAVEPOINT one_table")
            try await session.execute("RELEASE SAVEPOINT one_table")
            return nil
        }
        let result = try await copy(table, on: session)
        try await session.execute("ROLLBACK TO SAVEPOINT one_table")
        try await session.execute("RELEASE SAVEPOINT one_table")
        return result
    }
}
