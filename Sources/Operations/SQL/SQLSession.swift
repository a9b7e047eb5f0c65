import JobModel
import Postgres

/// A session that runs the statements of a job, and keeps account of them.
struct SQLSession {
    let session: Session
    let job: SQLJob
    let reporter: any ProgressReporter
    private(set) var report: SQLReport
    /// Rows of the last statement; in batches, of all of them.
    private var countedRows = 0
    /// Not all of a flood.
    private static let mostWarnings = 20

    /// With the settings that role, database and connection string give to everybody else's statements, but for what
    /// decides how long they may take and how literals are read.
    static func open(
        _ info: ConnectionInfo, job: SQLJob, context: OperationContext
    ) async throws -> Session {
        let ownSettings = ["search_path", "DateStyle", "IntervalStyle", "TimeZone", "bytea_output"]
        return try await Session.openDirect(
            info, applicationName: context.applicationName, lockTimeout: job.lockTimeout,
            statementTimeout: job.statementTimeout,
            settings: ownSettings.map { "RESET \($0)" } + ["SET standard_conforming_strings = on"]
                + (job.isReadOnly ? ["SET default_transaction_read_only = on"] : []))
    }

    init(_ session: Session, job: SQLJob, reporter: any ProgressReporter) {
        self.session = session
        self.job = job
        self.reporter = reporter
        report = SQLReport(mode: job.mode.rawValue)
    }

    // MARK: - Modes

    mutating func inOneTransaction(_ script: SQLScript) async throws {
        try await session.execute("BEGIN")
        for statement in script.statements { try await run(statement) }
        try await requireExpectedRows(isUndone: true)
        try await requireCheck(isUndone: true)
        try await commit(after: script.statements.last)
    }

    mutating func oneByOne(_ script: SQLScript) async throws {
        report.effect = .committed
        for statement in script.statements { try await run(statement) }
        if let last = script.statements.last, try await session.isInTransaction() {
            report.effect = .undone
            throw SQLJobError.transactionLeftOpen(place: job.source.place(last.line))
        }
        try await requireExpectedRows(isUndone: false)
        try await requireCheck(isUndone: false)
    }

    /// False where rows may be left.
    mutating func inBatches(_ statement: SQLStatement) async throws -> Bool {
        var account = SQLBatchAccount(statement: statement, place: job.source.place(statement.line))
        defer {
            let effect = report.effect == .unknown ? SQLReport.Effect.unknown : .committed
            report = account.report(mode: job.mode.rawValue, warnings: report.warnings, effect: effect)
        }
        while account.batches < job.batches.limit {
            let stopwatch = Stopwatch()
            guard let batch = try await tryBatch(statement, &account) else { continue }
            let rows = batch.affectedRows ?? 0
            try await finish(batch, statement, account)
            account.add(batch, seconds: stopwatch.seconds)
            if rows == 0 {
                countedRows = account.rows
                try await requireExpectedRows(isUndone: false)
                try await requireCheck(isUndone: false)
                return true
            }
            if account.batches.isMultiple(of: 100) {
                reporter.report(.note("\(Quantities.count(account.rows)) rows in \(account.batches) batches"))
            }
            try await Task.sleep(for: job.batches.pause ?? min(.seconds(stopwatch.seconds), .seconds(60)))
        }
        return false
    }

    // MARK: - One batch

    /// The open transaction's result; nil where it has to be tried again.
    private mutating func tryBatch(
        _ statement: SQLStatement, _ account: inout SQLBatchAccount
    ) async throws -> ResultTable? {
        do {
            try await session.execute("BEGIN")
            let result = try await session.query(statement.text)
            account.hasSucceeded()
            return result
        } catch let error as PostgresError {
            guard error.isWorthAnotherBatch, account.mayTryAgain() else {
                throw SQLJobError.refused(error, at: account.place, mode: job.mode)
            }
            try await session.execute("ROLLBACK")
            reporter.report(.note("a batch is tried again: \(error.message)"))
            try await Task.sleep(for: .seconds(1))
            return nil
        }
    }

    /// Commits a batch that leaves all of them within `max_rows`.
    private mutating func finish(
        _ batch: ResultTable, _ statement: SQLStatement, _ account: SQLBatchAccount
    ) async throws {
        guard !batch.commandTag.hasPrefix("SELECT") else {
            throw SQLJobError.notABatch(place: account.place, reason: "a SELECT never says that no row is left")
        }
        let rows = account.rows + (batch.affectedRows ?? 0)
        if let most = job.expectation.maxRows, rows > most {
            throw SQLJobError.rows(found: rows, minimum: nil, maximum: most, isUndone: false)
        }
        try await commit(after: statement)
        takeWarnings()
    }

    // MARK: - Statements

    private mutating func run(_ statement: SQLStatement) async throws {
        let place = job.source.place(statement.line)
        let stopwatch = Stopwatch()
        do {
            let result = try await session.query(statement.text)
            takeWarnings()
            countedRows = result.affectedRows ?? 0
            let done = SQLReport.Statement(
                place: place, statement: statement.summary, command: result.commandName, rows: result.affectedRows,
                seconds: stopwatch.seconds)
            report.add(done)
            reporter.report(.finished(item: "\(place) \(done.command)", rows: countedRows, bytes: 0))
            try requireBoundedWrite(result)
        } catch let error as PostgresError {
            takeWarnings()
            throw SQLJobError.refused(error, at: place, mode: job.mode)
        }
    }

    /// Constraints that wait for the end may still refuse; and a transaction that has failed is rolled back without a
    /// word.
    private mutating func commit(after statement: SQLStatement?) async throws {
        let place = job.source.place(statement?.line ?? 1)
        try Task.checkCancellation()
        report.effect = .unknown
        do {
            let result = try await session.query("COMMIT")
            guard result.commandTag == "COMMIT" else {
                throw PostgresError.unexpectedResult("\(result.commandTag) in place of COMMIT")
            }
            report.effect = .committed
        } catch PostgresError.connectionLost(_, let reason) {
            throw SQLJobError.commitUnknown(place: place, reason: reason)
        } catch let error as PostgresError {
            report.effect = .undone
            throw SQLJobError.refused(error, at: place, mode: job.mode)
        }
    }

    private mutating func takeWarnings() {
        for notice in session.drainNotices() where notice.sqlState.errorClass == "01" {
            guard report.warnings.count < Self.mostWarnings else { return }
            report.warnings.append(notice.message)
            reporter.report(.warning(notice.message))
        }
    }

    // MARK: - What must hold

    /// No statement that writes may touch more rows than the last one may.
    private func requireBoundedWrite(_ result: ResultTable) throws {
        guard let most = job.expectation.maxRows, let rows = result.affectedRows, rows > most,
            ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"].contains(result.commandName)
        else { return }
        throw SQLJobError.rows(found: rows, minimum: nil, maximum: most, isUndone: job.mode == .transaction)
    }

    private func requireExpectedRows(isUndone: Bool) async throws {
        let (minimum, maximum) = (job.expectation.minRows, job.expectation.maxRows)
        guard countedRows < minimum ?? 0 || countedRows > maximum ?? .max else { return }
        throw SQLJobError.rows(found: countedRows, minimum: minimum, maximum: maximum, isUndone: isUndone)
    }

    private func requireCheck(isUndone: Bool) async throws {
        guard let check = job.expectation.check else { return }
        let rows: [ResultTable.Row]
        do { rows = try await session.query(ServerText(check)).rows } catch let error as PostgresError {
            throw SQLJobError.refused(error, at: "check", mode: job.mode)
        }
        guard rows.count == 1 else { throw SQLJobError.check(found: "\(rows.count) rows", isUndone: isUndone) }
        guard rows[0].first == "t" else {
            let found = rows[0].first.map { $0 == "f" ? "false" : "something else" } ?? "null"
            throw SQLJobError.check(found: found, isUndone: isUndone)
        }
    }
}

extension ResultTable {
    /// The command tag without its numbers: `INSERT 0 5` is `INSERT`.
    fileprivate var commandName: String {
        commandTag.split(separator: " ").filter { Int($0) == nil }.joined(separator: " ")
    }
}

extension PostgresError {
    /// Somebody else was in the way: a batch that is tried again harms nobody.
    fileprivate var isWorthAnotherBatch: Bool {
        guard case .statement(let failure) = self else { return false }
        return ["40001", "40P01", "55P03"].contains(failure.sqlState.description)
    }
}
