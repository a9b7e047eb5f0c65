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

    static let attempts = 3

    let session: Session
    let facts: ServerFacts
    let harvest: TOCHarvest
    let patience: Duration
    let reporter: any ProgressReporter

    func begin() async throws -> Begun {
        var last = RaceCheck.Verdict.unchanged
        for _ in 0..<Self.attempts {
            let leader = try await SnapshotLeader.begin(on: session, facts: facts, patience: patience)
            let contents = try await readContents(leader)
            last = try await checkLateTables(contents, leader: leader)
            guard case .changed(let table, let reason) = last else {
                let planFacts = try await BackupPlanner.gatherFacts(for: contents, leader: leader)
                return Begun(
                    leader: leader, contents: contents, plan: try BackupPlanner.plan(contents, facts: planFacts))
            }
            reporter.report(.note("\(table) changed while the backup began (\(reason)); beginning anew"))
            try await session.execute("ROLLBACK")
        }
        guard case .changed(let table, let reason) = last else { throw CancellationError() }
        throw OperationError.changingTables(table: table, reason: reason, attempts: Self.attempts)
    }

    /// Where pg_dump fails on a table that the leader could not lock, the leader's own error says it better.
    private func readContents(_ leader: SnapshotLeader) async throws -> TableOfContents {
        do {
            return try await harvest.run(snapshot: leader.snapshotName)
        } catch let error as OperationError {
            throw Self.explanation(of: error, refusals: leader.refusals, role: facts.currentUser.text, patience: patience)
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
