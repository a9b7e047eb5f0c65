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
        let work = Work(plan, tableDump)
        let sessions = try await openSessions(max(1, min(workers, plan.tasks.count)))
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for session in sessions {
                    group.addTask { try await take(work, on: session) }
                }
                try await group.waitForAll()
            }
            while let task = work.forLeader.next() {
                work.results.add(try await copy(task, on: leader.session))
            }
        } catch {
            await close(sessions)
            throw error
        }
        await close(sessions)
        return work.results
    }

    /// What the workers share.
    private struct Work: Sendable {
        let queue: WorkQueue<DumpTask>
        /// Tables that only the leader can still read.
        let forLeader = WorkQueue<TableTask>([])
        let results = DumpResults()
        private let rangedTables: [Int: RangedTable]

        init(_ plan: BackupPlan, _ tableDump: TableDump) {
            queue = WorkQueue(plan.tasks)
            let split = plan.tables.filter { $0.ranges.count > 1 }
            rangedTables = Dictionary(uniqueKeysWithValues: split.map { ($0.dumpID, tableDump.ranged($0)) })
        }

        func ranged(_ table: TableTask) throws(OperationError) -> RangedTable {
            guard let ranged = rangedTables[table.dumpID] else {
                throw .incomplete(reason: "a range of \(table.displayName) is not of a split table")
            }
            return ranged
        }
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
        let session = try await Session.open(
            connection, applicationName: applicationName,
            // A hot standby cannot do it serializably, not even the first query.
            startupStatements: [
                "SET default_transaction_isolation = 'read committed'", DumpSessions.naming(applicationName),
            ])
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

    private func take(_ work: Work, on session: Session) async throws {
        try await withThrowingTaskGroup(of: Void.self) { commits in
            var commitCount = 0
            while let task = work.queue.next() {
                try Task.checkCancellation()
                switch task {
                case .table(let table):
                    if let written = try await dump(table, on: session) {
                        try await commit(written, work, in: &commits, &commitCount)
                    } else {
                        work.forLeader.append(table)
                    }
                case .range(let table, let range):
                    try await dump(range, of: work.ranged(table), on: session, work)
                case .largeObjects(let batch):
                    work.results.add(try await largeObjectDump.run(batch, on: session))
                }
            }
            try await commits.waitForAll()
        }
    }

    /// A worker's objects that are committed while it reads the next tables: of a small table the store's answer takes
    /// longer than its rows.
    private static let commitsPerWorker = 4

    private func commit(
        _ written: WrittenTable, _ work: Work, in commits: inout ThrowingTaskGroup<Void, any Error>, _ count: inout Int
    ) async throws {
        guard written.isSmall else { return work.results.add(try await tableDump.commit(written)) }
        if count == Self.commitsPerWorker {
            do { try await commits.next() } catch { await written.discard(); throw error }
            count -= 1
        }
        let tableDump = tableDump
        commits.addTask { work.results.add(try await tableDump.commit(written)) }
        count += 1
    }

    /// A lock holds the table, not its name: a schema can be renamed, and its name taken over by another, under any
    /// lock. So the name is looked up again after the rows were read by it.
    private func checked<Success>(
        _ table: TableTask, on session: Session, _ copy: () async throws -> Success
    ) async throws -> Success {
        try await noticingRaces(table) {
            let result = try await copy()
            let name = SQLIdentifier(schema: table.schema, name: table.name).quoted
            let now = try await session.query("SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid", [name])
            guard try now.onlyRow().optionalOID("oid") == table.oid else {
                throw OperationError.changingTables(
                    table: table.displayName, reason: "another table bears its name now")
            }
            return result
        }
    }

    private func noticingRaces<Success>(
        _ table: TableTask, _ body: () async throws -> Success
    ) async throws -> Success {
        do {
            return try await body()
        } catch let error as PostgresError where error.isUndefinedTable || error.isUndefinedSchema {
            throw OperationError.changingTables(table: table.displayName, reason: error.message)
        }
    }

    private func copy(_ table: TableTask, on session: Session) async throws -> DumpResults.Table {
        try await checked(table, on: session) { try await tableDump.commit(tableDump.run(table, on: session)) }
    }

    /// Nil where the table cannot be locked at once: somebody's ALTER is queued behind the leader's lock, and only the
    /// leader itself can still read the table.
    private func dump(_ table: TableTask, on session: Session) async throws -> WrittenTable? {
        var written: WrittenTable?
        do {
            let isCopied: Void? = try await releasingLock(of: table, on: session) {
                try await checked(table, on: session) { written = try await tableDump.run(table, on: session) }
            }
            if isCopied != nil { return written }
        } catch {
            await written?.discard()
            throw error
        }
        await written?.discard()
        return nil
    }

    /// Where a lock cannot be had at once the table is begun anew in one piece: planning the SELECT of a range also
    /// locks the indexes, and would wait for a REINDEX that a plain COPY of the table passes by.
    private func dump(_ range: BlockRange, of ranged: RangedTable, on session: Session, _ work: Work) async throws {
        let table = ranged.task
        let timeout = TableLocks.lockTimeoutInMilliseconds(
            deadlockTimeoutInMilliseconds: leader.facts.deadlockTimeoutInMilliseconds)
        let isCopied: Void? = try await releasingLock(of: table, on: session) {
            try await ranged.checkGoesOn()
            try await session.execute("SET LOCAL lock_timeout = \(timeout)")
            let result = try await checked(table, on: session) {
                try await tableDump.run(range, of: ranged, on: session)
            }
            if let result { work.results.add(result) }
        }
        if isCopied == nil, await ranged.giveUp() { work.queue.append(.table(table)) }
    }

    /// Locks the table, runs `body` and gives its locks back, so that a worker holds those of one table at a time. Nil
    /// where one could not be had, or where the table was given up.
    ///
    /// With a small table most of the time goes into waiting for answers: statements that need none go together.
    private func releasingLock<Success>(
        of table: TableTask, on session: Session, _ body: () async throws -> Success
    ) async throws -> Success? {
        let name = SQLIdentifier(schema: table.schema, name: table.name).quoted
        let success: Success?
        do {
            try await noticingRaces(table) {
                try await session.execute(
                    "SAVEPOINT one_table; LOCK TABLE ONLY \(name) IN ACCESS SHARE MODE NOWAIT")
            }
            success = try await body()
        } catch let error as PostgresError where error.isLockNotAvailable {
            success = nil
        } catch is RangedTable.GivenUp {
            success = nil
        }
        try await session.execute("ROLLBACK TO SAVEPOINT one_table; RELEASE SAVEPOINT one_table")
        return success
    }
}
