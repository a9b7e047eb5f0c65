import JobModel
import Postgres

/// A session that runs the statements of a job, and keeps account of them.
struct SQLSession {
    let session: Session
    let job: SQLJob
    let reporter: any ProgressReporter
    var report: SQLReport
    /// Rows of the last statement.
    private var countedRows = 0
    /// Batches pass it, one by one.
    var gate: ThrottleGate
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

    init(
        _ session: Session, job: SQLJob, throttle: SQLThrottle, reporter: any ProgressReporter
    ) {
        gate = ThrottleGate(
            session: session, tables: [], limits: throttle.limits, pollInterval: throttle.pollInterval,
            maxPause: job.batches.maxPause, reporter: reporter)
        self.session = session
        self.job = job
        self.reporter = reporter
        report = SQLReport(mode: job.mode.rawValue)
    }

    // MARK: - Modes

    mutating func inOneTransaction(_ script: SQLScript) async throws {
        try await session.execute("BEGIN")
        for statement in script.statements { try await run(statement) }
        try await requireExpectation(ofRows: countedRows, isUndone: true)
        try await commit(after: script.statements.last)
    }

    mutating func oneByOne(_ script: SQLScript) async throws {
        report.effect = .committed
        for statement in script.statements { try await run(statement) }
        if let last = script.statements.last, try await session.isInTransaction() {
            report.effect = .undone
            throw SQLJobError.transactionLeftOpen(place: job.source.place(last.line))
        }
        try await requireExpectation(ofRows: countedRows)
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
    mutating func commit(after statement: SQLStatement?) async throws {
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

    mutating func takeWarnings() {
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

    /// `isUndone` where what was done goes with a failure.
    func requireExpectation(ofRows rows: Int, isUndone: Bool = false) async throws {
        let (minimum, maximum) = (job.expectation.minRows, job.expectation.maxRows)
        guard rows >= minimum ?? 0, rows <= maximum ?? .max else {
            throw SQLJobError.rows(found: rows, minimum: minimum, maximum: maximum, isUndone: isUndone)
        }
        try await requireCheck(isUndone: isUndone)
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
