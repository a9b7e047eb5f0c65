import Crypto
import JobModel
import Postgres

/// Runs the statements of a job, once.
struct SQLOperation: Sendable {
    let context: OperationContext
    let connection: ConnectionInfo
    let name: String
    let job: SQLJob
    var throttle = SQLThrottle()

    /// Fails before anything is sent where the text cannot be run. What fails later is the result, with what was done
    /// until then; throws `CancellationError`, and where no session can be had.
    func execute() async throws -> JobResult {
        let script = try SQLScript.read(job)
        context.reporter.report(.plan(try SQLPlanRecord(job, script).json()))
        let session = try await SQLSession.open(connection, job: job, context: context)
        do {
            let result = try await run(script, session)
            await CleanupScope.run { await session.close() }
            return result
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }

    private func run(_ script: SQLScript, _ session: Session) async throws -> JobResult {
        if job.onStandby == .skip, try await Self.isStandby(session) {
            return JobResult(
                outcome: .skipped, reason: .standby, message: "\(session.server.displayText) is a standby")
        }
        try await takeLock(session)
        let stopwatch = Stopwatch()
        var work = SQLSession(session, job: job, throttle: throttle, reporter: context.reporter)
        var (ending, failure) = (SQLBatchesEnding.done, nil as (any UserFacingError)?)
        do {
            switch job.mode {
            case .transaction: try await work.inOneTransaction(script)
            case .autocommit: try await work.oneByOne(script)
            case .batches: ending = try await work.inBatches(script.statements[0])
            }
        } catch let error as any UserFacingError {
            failure = error
        } catch {
            context.reporter.report(.note("stopped: \(Self.account(of: work.report))"))
            throw error
        }
        var report = work.report
        report.seconds = stopwatch.seconds
        return try result(report, ending, failure)
    }

    private func result(
        _ report: SQLReport, _ ending: SQLBatchesEnding, _ failure: (any UserFacingError)?
    ) throws -> JobResult {
        context.reporter.report(.note(Self.account(of: report)))
        let json = try report.json()
        if let failure {
            var result = JobResult(failure)
            // Another attempt could do it twice: somebody has to look.
            if report.effect == .unknown { result.outcome = .partial }
            result.report = json
            return result
        }
        switch ending {
        case .done: return JobResult(outcome: .succeeded, report: json)
        case .limitReached:
            return JobResult(
                outcome: .partial,
                message: "\(Quantities.count(job.batches.limit)) batches (max_batches) have touched "
                    + "\(Quantities.count(report.rows)) rows, and more may be left",
                report: json, category: .partial)
        case .heldBack(let reason):
            let hasBegun = report.rows > 0
            return JobResult(
                outcome: hasBegun ? .partial : .failed, message: "the batches did not come to their end: \(reason)",
                report: json, category: hasBegun ? .partial : .tryLater)
        }
    }

    private static func account(of report: SQLReport) -> String {
        let what =
            report.batches.map { "\(Quantities.count($0)) batches" }
            ?? "\(report.statementsDone) statement\(report.statementsDone == 1 ? "" : "s")"
        let rows = "\(what), \(Quantities.count(report.rows)) rows"
        return report.effect == .committed || report.statementsDone == 0 ? rows : rows + ", \(report.effect.phrase)"
    }

    private static func isStandby(_ session: Session) async throws -> Bool {
        try await session.query("SELECT pg_catalog.pg_is_in_recovery() AS standby").onlyRow().bool("standby")
    }

    // MARK: - One at a time

    /// Held by the session until it closes; another host runs the same job only after that.
    private func takeLock(_ session: Session) async throws {
        let row = try await session.query(
            "SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8) AS locked",
            [ServerText("\(Self.lockKey(job: name))")]
        ).onlyRow()
        guard try row.bool("locked") else {
            throw LockError.jobHeld(job: name, store: session.server.displayText, holder: nil)
        }
    }

    /// The same on every host and in every version: the first 64 bits of a SHA-256.
    static func lockKey(job: String) -> Int64 {
        let digest = SHA256.hash(data: Array("dbops sql job lock\0\(job)".utf8))
        return Int64(bitPattern: digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}

extension SQLReport.Effect {
    fileprivate var phrase: String {
        switch self {
        case .committed: "committed"
        case .undone: "undone"
        case .unknown: "and nobody knows whether they were committed"
        }
    }
}
