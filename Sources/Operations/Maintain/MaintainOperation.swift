package import JobModel
package import Postgres

/// Maintains one database: looks, decides, and runs one statement after the other.
///
/// On a direct connection to the primary; on a standby nothing is done. Never beside a dump of the same database,
/// another maintenance of it, or whoever works on the same table.
package struct MaintainOperation: Sendable {
    private let context: OperationContext
    private let connection: ConnectionInfo
    private let job: MaintainJob
    private let window: Duration?
    private let memory: any JobMemory
    private let memoryName: String?
    /// By which the window is measured.
    var now: @Sendable () -> ContinuousClock.Instant = { .now }

    /// `window` is how long a run may take, counted from its beginning; nil for no limit. `memoryName` is the
    /// database's name in the job file, under which indexes' sizes are remembered; nil where nothing is.
    package init(
        context: OperationContext, connection: ConnectionInfo, job: MaintainJob, window: Duration? = nil,
        memory: any JobMemory = NoJobMemory(), memoryName: String? = nil
    ) {
        self.context = context
        self.connection = connection
        self.job = job
        self.window = window
        self.memory = memory
        self.memoryName = memoryName
    }

    /// What ``execute()`` would do: nothing is locked, changed or remembered.
    package func preview() async throws -> MaintainPreview {
        try await withSession(statementTimeout: Self.surveyTimeout) { session in
            let survey = try await survey.run(on: session)
            return MaintainPreview(
                server: session.server.displayText, plan: survey.foreseen, isStandby: survey.facts.isInRecovery,
                dumps: survey.facts.dumps)
        }
    }

    /// Throws ``MaintainError`` where somebody else is at it, and what keeps the server from being asked. What fails
    /// later is part of the report.
    package func execute() async throws -> MaintainReport {
        let stopwatch = Stopwatch()
        let limit = MaintainWindow(window, now: now)
        return try await withSession(statementTimeout: Self.surveyTimeout) { session in
            context.reporter.report(.phase("looking at \(session.server.displayText)"))
            var report = MaintainReport(server: session.server.displayText)
            report.isStandby = try await isStandby(session)
            if report.isStandby { return report }
            try await lock(session)
            let dumps = try await MaintainFacts.dumps(on: session)
            guard dumps.isEmpty else {
                throw MaintainError.dumpRunning(server: session.server.displayText, dumps: dumps)
            }
            let survey = try await survey.run(on: session)
            report.plan = survey.foreseen
            try await run(survey, on: session, limit, &report)
            report.seconds = stopwatch.seconds
            return report
        }
    }

    private func run(
        _ survey: MaintainSurvey.Result, on session: Session, _ limit: MaintainWindow, _ report: inout MaintainReport
    ) async throws {
        let warnings = Warnings(reporter: context.reporter)
        for warning in survey.plan.warnings { warnings.add(warning) }
        for holder in survey.plan.holders {
            warnings.add("\(holder.text) keeps dead rows from being removed: \(holder.remedy)")
        }
        context.reporter.report(.plan(try MaintainJobReport(report.plan).json()))
        if !report.plan.steps.isEmpty || survey.indexes != nil {
            try await withSession(statementTimeout: .seconds(10)) { watch in
                let run = try await steps(of: survey, on: session, watch, limit, warnings)
                try await MaintainExecution(
                    survey: survey, run: run, window: limit, reporter: context.reporter, warnings: warnings
                ).execute(&report)
            }
        }
        report.warnings = warnings.all
    }

    private func steps(
        of survey: MaintainSurvey.Result, on session: Session, _ watch: Session, _ limit: MaintainWindow,
        _ warnings: Warnings
    ) async throws -> MaintainRun {
        let execution = StepExecution(
            session: session, watch: watch,
            progress: try await StepProgress(session: watch, pageSize: survey.facts.pageSize),
            reporter: context.reporter)
        return MaintainRun(
            execution: execution, serverVersion: survey.facts.serverVersion, window: limit,
            notes: RebuildNotes(memory: memory, memoryName: memoryName, leftovers: survey.leftovers),
            reporter: context.reporter, warnings: warnings)
    }

    // MARK: - Sessions

    /// Reading the catalogue takes no longer, or something is wrong.
    private static let surveyTimeout = Duration.seconds(60)

    private var survey: MaintainSurvey { MaintainSurvey(job: job, memory: memory, memoryName: memoryName) }

    private func isStandby(_ session: Session) async throws -> Bool {
        try await session.query("SELECT pg_catalog.pg_is_in_recovery() AS standby").onlyRow().bool("standby")
    }

    private func withSession<Success: Sendable>(
        statementTimeout: Duration, _ body: (Session) async throws -> Success
    ) async throws -> Success {
        let session = try await Session.openDirect(
            connection, applicationName: "dbops/maintain \(context.runID)", lockTimeout: MaintainSettings.lockTimeout,
            statementTimeout: statementTimeout, settings: MaintainSettings.statements(costLimit: job.costLimit))
        do {
            // A server whose system cannot tell does without.
            do { try await session.execute(MaintainSettings.endsWithClient) } catch let error as PostgresError
                where error.isStatementRefusal
            {}
            let success = try await body(session)
            await session.closeLettingGo()
            return success
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }

    /// "dbopsmnt": an advisory lock of this database.
    private static let lockKey = "7233466480274009716"

    /// Held as long as the session.
    private func lock(_ session: Session) async throws {
        let row = try await session.query(
            "SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8) AS locked", [ServerText(Self.lockKey)]
        ).onlyRow()
        guard try row.bool("locked") else {
            throw MaintainError.alreadyRunning(server: session.server.displayText)
        }
    }
}

/// What a run of maintenance would do.
package struct MaintainPreview: Sendable {
    /// The database, for people.
    package let server: String
    package let plan: MaintainPlan
    /// Nothing is maintained on a standby.
    package let isStandby: Bool
    /// Dumps beside which the run would not begin, for people.
    package let dumps: [String]
}
