import JobModel
import Postgres

/// Carries a plan out: leg by leg, batch by batch, a second time for the rows that others had locked, and counts in the
/// end what is left.
struct CleanRun: Sendable {
    let session: Session
    let plan: CleanPlan
    let job: CleanJob
    let tuning: CleanTuning
    let diary: CleanDiary
    let reporter: any ProgressReporter
    var state: CleanState
    var gate: ThrottleGate
    var deleted: Int64 = 0
    private(set) var batches = 0
    private(set) var retried = 0
    var dropped: [CleanReport.DroppedPartition] = []
    private var lastNote = ContinuousClock.now
    private var lastKept: ContinuousClock.Instant?

    init(
        session: Session, plan: CleanPlan, job: CleanJob, tuning: CleanTuning, diary: CleanDiary, state: CleanState,
        reporter: any ProgressReporter
    ) {
        (self.session, self.plan, self.job, self.tuning) = (session, plan, job, tuning)
        (self.diary, self.state, self.reporter) = (diary, state, reporter)
        gate = ThrottleGate(
            session: session, tables: plan.legs.map(\.leaf.oid), limits: tuning.limits,
            pollInterval: tuning.pollInterval, maxPause: job.maxPause, reporter: reporter)
    }

    /// Deletes what there is to delete; returns the rows that are left, nil where they could not be counted.
    mutating func deleteAll() async throws -> Int64? {
        do {
            return try await deleteWhatThereIs()
        } catch {
            let (state, diary) = (state, diary)
            await CleanupScope.run { await diary.keep(state) }
            throw error
        }
    }

    private mutating func deleteWhatThereIs() async throws -> Int64? {
        try await finishDetaching()
        try await walkAll()
        var left = try await remaining()
        if let rows = left, rows > 0 {
            reporter.report(.note("once more for the rows that others had locked"))
            let dropped = plan.legs.filter { $0.walk == .drop }.map(\.leaf.oid)
            (state.doneLeaves, state.position) = (state.doneLeaves.filter(dropped.contains), nil)
            try await walkAll()
            left = try await remaining()
        }
        state.isFinished = true
        await diary.keep(state)
        return left
    }

    /// What the server allows at this moment.
    mutating func look() async throws -> ThrottleDecision {
        try await gate.look()
    }

    func remaining() async throws -> Int64? {
        try await RowCount(session: session, tuning: tuning).count(plan.rows.count)
    }

    private mutating func walkAll() async throws {
        // What somebody else detaches is no longer the table's; what an earlier run began to is dropped by now.
        for leg in plan.legs where !state.doneLeaves.contains(leg.leaf.oid) && !leg.leaf.isDetachPending {
            switch leg.walk {
            case .index(let index): try await walk(leg, along: index)
            case .blocks(let brin): try await walkBlocks(leg, brin: brin)
            case .drop: try await drop(leg)
            }
            state.doneLeaves.append(leg.leaf.oid)
            state.position = nil
            await diary.keep(state)
        }
    }

    private func batches(of leg: CleanPlan.Leg) -> CleanBatches {
        CleanBatches(
            session: session, statements: statements(leg), walk: leg.walk, tuning: tuning, reporter: reporter)
    }

    private func statements(_ leg: CleanPlan.Leg) -> CleanStatements {
        CleanStatements(rows: plan.rows, leaf: leg.leaf.name, oid: leg.leaf.oid)
    }

    // MARK: - Walks

    private mutating func walk(_ leg: CleanPlan.Leg, along index: CleanFacts.Index) async throws {
        var batches = batches(of: leg)
        let columns = index.keys.map { "\($0.column.quotedAsIdentifier) \($0.type)" as ServerText }
        let position = state.position(in: leg.leaf.oid)
        var keys = position?.columns == columns ? position?.keys : nil
        defer { retried += batches.retried }
        var hasLeftOut = false
        while true {
            try await gate.pass()
            let result: CleanBatches.Result, isLast: Bool
            do {
                (result, isLast) = try await batches.next(along: index, from: keys)
                hasLeftOut = false
            } catch PostgresError.statement(let failure) where failure.sqlState == .lockNotAvailable && !hasLeftOut {
                // Somebody holds a row that would go along: the other rows need not wait for it.
                hasLeftOut = true
                guard let beyond = try await batches.keysBeyond(keys, along: index) else { return }
                guard beyond != keys else { throw PostgresError.statement(failure) }
                reporter.report(.note("some rows are left out, whose deletion others hold up"))
                keys = beyond
                continue
            }
            if result.deleted == 0, result.picked > 0, !isLast, result.keys == keys {
                throw CleanError.rowsStay(table: plan.table.description)
            }
            keys = result.keys ?? keys
            try await settle(result, at: CleanState.Position(leaf: leg.leaf.oid, keys: keys, columns: columns))
            if isLast { return }
        }
    }

    private mutating func walkBlocks(_ leg: CleanPlan.Leg, brin: ServerText?) async throws {
        guard let range = try await blocks(leg, brin: brin) else { return }
        var batches = batches(of: leg)
        defer { retried += batches.retried }
        var block = max(state.position(in: leg.leaf.oid)?.block ?? range.lowerBound, range.lowerBound)
        while block < range.upperBound {
            try await gate.pass()
            let (result, next) = try await batches.next(fromBlock: block, before: range.upperBound)
            block = next
            try await settle(result, at: CleanState.Position(leaf: leg.leaf.oid, block: block))
        }
    }

    /// The blocks that may hold rows to go; nil where there are none. Of all blocks where a BRIN does not tell in time.
    private func blocks(_ leg: CleanPlan.Leg, brin: ServerText?) async throws -> Range<Int64>? {
        if brin != nil, let row = try await bounds(leg) {
            guard let first = try row.optionalInt64("first"), let last = try row.optionalInt64("last") else {
                return nil
            }
            return first..<last + 1
        }
        let row = try await session.query(
            """
            SELECT pg_catalog.pg_relation_size($1::oid::regclass)
                   / pg_catalog.current_setting('block_size')::bigint AS blocks
            """, ["\(leg.leaf.oid)"]
        ).onlyRow()
        return 0..<(try row.int64("blocks"))
    }

    /// Nil where it took longer than counting may.
    private func bounds(_ leg: CleanPlan.Leg) async throws -> ResultTable.Row? {
        do {
            return try await CleanLimits(session: session, tuning: tuning)
                .with(statement: tuning.countTimeout, allowing: [.bitmap]) {
                    try await session.query(statements(leg).bounds).onlyRow()
                }
        } catch PostgresError.statement(let failure) where failure.sqlState == .queryCanceled {
            return nil
        }
    }

    // MARK: - After a batch

    /// Counts, remembers, and leaves the server to others for a while.
    private mutating func settle(_ result: CleanBatches.Result, at position: CleanState.Position) async throws {
        deleted += result.deleted
        batches += 1
        state.deletedRows += result.deleted
        state.batches += 1
        state.position = position
        if lastKept.map({ ContinuousClock.now - $0 >= tuning.pollInterval }) ?? true {
            lastKept = .now
            await diary.keep(state)
        }
        if ContinuousClock.now - lastNote > .seconds(30) {
            lastNote = ContinuousClock.now
            reporter.report(.note("\(Quantities.count(Int(deleted))) rows are deleted"))
        }
        try await Task.sleep(
            for: max(result.duration * ((1 - job.duty) / job.duty), job.duty < 1 ? tuning.leastRest : .zero))
    }
}
