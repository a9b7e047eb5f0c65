import Archive
import JobModel
import Postgres

/// Brings locks, snapshot and table of contents together without a gap; begins anew where DDL got in between.
struct ConsistentStart {
    struct Begun: Sendable {
        let leader: SnapshotLeader
        let contents: TableOfContents
        let plan: BackupPlan
    }

    /// At least so often a start is tried that DDL gets in the way of, and for as long as the patience lasts.
    static let attempts = 3

    let session: Session
    let facts: ServerFacts
    let harvest: TOCHarvest
    var rangeSizeInBytes: Int?
    let patience: Duration
    let reporter: any ProgressReporter
    let warnings: Warnings

    func begin() async throws -> Begun {
        let end = ContinuousClock.now + patience
        for attempt in 1... {
            let leader = try await SnapshotLeader.begin(
                on: session, facts: facts, patience: max(.zero, end - ContinuousClock.now))
            do {
                return try await begin(with: leader, lockWait: Self.lockWait(attempt: attempt, patience: patience))
            } catch let error as OperationError where error.category == .tryLater {
                guard ContinuousClock.now < end || attempt < Self.attempts && !error.isOfLocks else { throw error }
                reporter.report(.note("beginning anew: \(error.message)"))
                try await session.execute("ROLLBACK")
            }
        }
        throw CancellationError()
    }

    /// How long pg_dump waits for its own locks: 1, 2, 4, 8, 10, 10 … seconds. An ALTER or TRUNCATE that is queued
    /// behind the leader's lock makes pg_dump wait in vain, and everybody else behind it as well: beginning anew lets it
    /// through. The longer ones are for servers that are slow in everything.
    static func lockWait(attempt: Int, patience: Duration) -> Duration {
        min(.seconds(attempt > 4 ? 10 : 1 << (attempt - 1)), .seconds(10), patience)
    }

    private func begin(with leader: SnapshotLeader, lockWait: Duration) async throws -> Begun {
        let contents = try await readContents(leader, lockWait: lockWait)
        if case .changed(let table, let reason) = try await checkLateTables(contents, leader: leader) {
            throw OperationError.changingTables(table: table, reason: reason)
        }
        let facts = try await BackupPlanner.gatherFacts(for: contents, leader: leader)
        let plan = try BackupPlanner.plan(contents, facts: facts, rangeSizeInBytes: rangeSizeInBytes)
        return Begun(leader: leader, contents: contents, plan: plan)
    }

    /// Where pg_dump fails on a table that the leader could not lock, the leader's own error says it better.
    private func readContents(_ leader: SnapshotLeader, lockWait: Duration) async throws -> TableOfContents {
        var harvest = harvest
        harvest.lockWait = lockWait
        do {
            return try await harvest.run(snapshot: leader.snapshotName) { warnings.add($0) }
        } catch let error as OperationError {
            let explained = Self.explanation(
                of: error, refusals: leader.refusals, role: facts.currentUser.text, patience: patience)
            guard case .tablesLocked(let tables, let seconds, _) = explained else { throw explained }
            let holders = await ExclusiveLockHolders(session: session).described(leader.refusals.map(\.table))
            throw OperationError.tablesLocked(tables: tables, afterSeconds: seconds, holders: holders)
        }
    }

    static func explanation(
        of error: OperationError, refusals: [TableLocks.Refusal], role: String, patience: Duration
    ) -> OperationError {
        guard case .harvestFailed(_, let category, _) = error else { return error }
        let refused = refusals.filter { $0.error.category == category }.map(\.table.displayName)
        guard !refused.isEmpty else { return error }
        switch category {
        case .permission: return .missingPrivilege(tables: refused, role: role)
        case .tryLater: return .tablesLocked(tables: refused, afterSeconds: Int(patience.components.seconds))
        default: return error
        }
    }

    private func checkLateTables(
        _ contents: TableOfContents, leader: SnapshotLeader
    ) async throws -> RaceCheck.Verdict {
        let late = contents.entries.filter { $0.isTableData && !leader.lockedTables.contains($0.oid) }
        guard !late.isEmpty else { return .unchanged }
        return try await RaceCheck(session: session).lockAndCheck(
            late,
            lockTimeoutInMilliseconds: TableLocks.lockTimeoutInMilliseconds(
                deadlockTimeoutInMilliseconds: facts.deadlockTimeoutInMilliseconds))
    }
}

extension OperationError {
    /// Somebody held a lock for as long as we were to wait: no more tries will help.
    fileprivate var isOfLocks: Bool {
        switch self {
        case .tablesLocked, .harvestFailed: true
        default: false
        }
    }
}
