import JobModel
import Postgres

/// Deletes the old rows of one leaf, batch by batch.
struct CleanBatches: Sendable {
    /// Blocks of a batch of a block walk.
    private static let blockBounds = 1...4_096
    private static let mostRetries = 3

    /// What a batch did.
    struct Result: Sendable {
        let deleted: Int64
        let picked: Int64
        /// Rows of an index walk that were looked at: those that were picked, and those that a condition keeps.
        let seen: Int64
        /// The keys of the last of them; nil where there was none.
        let keys: [ServerText]?
        let duration: Duration
    }

    let session: Session
    let statements: CleanStatements
    let tuning: CleanTuning
    let reporter: any ProgressReporter
    private(set) var retried = 0
    private var sizer: BatchSizer
    /// How many times as many rows are looked at, to get past rows with the same keys that a condition keeps.
    private var reach = 1

    init(
        session: Session, statements: CleanStatements, walk: CleanPlan.Walk, tuning: CleanTuning,
        reporter: any ProgressReporter
    ) {
        self.session = session
        self.statements = statements
        self.tuning = tuning
        self.reporter = reporter
        sizer =
            if case .index = walk {
                BatchSizer(start: tuning.firstBatchRows, bounds: tuning.batchRows, target: tuning.batchTime)
            } else {
                BatchSizer(start: tuning.firstBatchBlocks, bounds: Self.blockBounds, target: tuning.batchTime)
            }
    }

    /// The next batch of an index walk, and whether it was the last one.
    mutating func next(
        along index: CleanFacts.Index, from keys: [ServerText]?
    ) async throws -> (result: Result, isLast: Bool) {
        let names = index.keys.indices.map { "key_\($0)" }
        let (result, size) = try await attempt { [statements, reach] size in
            (statements.batch(along: index, from: keys, limit: size * reach), names)
        }
        let isLast = result.seen < size * reach
        if reach == 1 { sizer.record(result.duration, wasFull: !isLast) }
        if result.keys != keys { reach = 1 } else if result.deleted == 0 { reach *= 2 }
        return (result, isLast)
    }

    /// The keys of the row after those that the next batch would look at, for one that others do not let through; nil
    /// where there is none.
    func keysBeyond(
        _ keys: [ServerText]?, along index: CleanFacts.Index
    ) async throws -> [ServerText]? {
        let rows = try await session.query(statements.keys(along: index, from: keys, beyond: sizer.size * reach)).rows
        return try rows.first.map { row in try index.keys.indices.map { try row.text("key_\($0)") } }
    }

    /// The next batch of a block walk, and where the one after it begins.
    mutating func next(
        fromBlock block: Int64, before end: Int64
    ) async throws -> (result: Result, next: Int64) {
        let (result, size) = try await attempt { [statements] size in
            (statements.batch(inBlocks: block..<min(block + Int64(size), end)), [])
        }
        sizer.record(result.duration, wasFull: true)
        return (result, block + Int64(size))
    }

    /// Runs a batch; one that is broken off for reasons that pass is tried again, with half as much to do.
    private mutating func attempt(
        _ statement: (Int) -> (sql: ServerText, keyNames: [String])
    ) async throws -> (result: Result, size: Int) {
        var retries = 0
        while true {
            let size = sizer.size
            let (sql, names) = statement(size)
            do {
                return (try await run(sql, keyNames: names), size)
            } catch PostgresError.statement(let failure)
                where failure.sqlState.isTransient && retries < Self.mostRetries
            {
                retries += 1
                retried += 1
                sizer.halve()
                reporter.report(.note("a batch was broken off and is tried again: \(failure.message)"))
                try await Task.sleep(for: tuning.retryDelay * (1 << (retries - 1)) * Double.random(in: 0.5...1))
            }
        }
    }

    private func run(_ sql: ServerText, keyNames: [String]) async throws -> Result {
        let start = ContinuousClock.now
        let row = try await session.query(sql).onlyRow()
        let keys = try keyNames.map { try row.optionalText($0) }
        return Result(
            deleted: try row.int64("deleted"), picked: try row.int64("picked"), seen: try row.int64("seen"),
            keys: keys.contains(nil) || keys.isEmpty ? nil : keys.compactMap { $0 },
            duration: ContinuousClock.now - start)
    }
}

extension SQLState {
    /// Deadlock, serialization failure, lock timeout, statement timeout: others were in the way.
    fileprivate var isTransient: Bool { ["40P01", "40001", "55P03", "57014"].contains(description) }
}
