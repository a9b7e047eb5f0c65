package import JobModel
package import Postgres

/// Deletes the old rows of a table in short transactions, and proves by counting what is gone and what is left.
package struct CleanOperation: Sendable {
    let context: OperationContext
    let connection: ConnectionInfo
    let job: CleanJob
    private let diary: CleanDiary
    let tuning: CleanTuning

    /// `jobName` is the name by which `memory` keeps how far it came; nil for work outside of jobs.
    package init(
        context: OperationContext, connection: ConnectionInfo, job: CleanJob, jobName: String? = nil,
        memory: any JobMemory = NoJobMemory(), tuning: CleanTuning = CleanTuning()
    ) {
        self.context = context
        self.connection = connection
        self.job = job
        self.tuning = tuning
        diary = CleanDiary(memory: memory, job: jobName)
    }

    /// What ``execute()`` would do; nothing is locked, deleted or remembered. Throws ``CleanError`` for what cannot be
    /// cleaned at all; what is refused is part of the plan.
    package func preview() async throws -> CleanPlan {
        try await withSession { try await prepare($0).plan }
    }

    /// Throws ``CleanError`` where nothing was begun; what broke off later is the report's outcome. A cancelled run
    /// leaves nothing but what it has deleted, and goes on there the next time.
    package func execute() async throws -> CleanReport {
        try await withSession { session in
            try await lock(session)
            let prepared = try await prepare(session)
            guard prepared.plan.refusals.isEmpty else {
                throw CleanError.refused(table: prepared.plan.table.description, refusals: prepared.plan.refusals)
            }
            context.reporter.report(.plan(try CleanPlanReport(prepared.plan).json()))
            for note in prepared.plan.notes { context.reporter.report(.note(note)) }
            return try await carryOut(prepared, session)
        }
    }

    // MARK: - Before

    struct Prepared {
        let plan: CleanPlan
        let state: CleanState
        let isResumed: Bool
    }

    private func prepare(_ session: Session) async throws -> Prepared {
        do {
            return try await survey(session)
        } catch PostgresError.statement(let failure) where failure.sqlState == .lockNotAvailable {
            throw try await locked(session, failure)
        }
    }

    /// Says by whom.
    private func locked(_ session: Session, _ failure: StatementFailure) async throws -> CleanError {
        let table = try await CleanCatalogue(session: session).table(job.table)
        let holders = await LockHolders(session: session, table: table?.oid ?? 0).described()
        return .locked(
            table: table?.name.description ?? job.table, reason: failure.description, holders: holders)
    }

    private func survey(_ session: Session) async throws -> Prepared {
        let condition = try job.condition.map { try CleanCondition(parsing: $0) }
        let definition = try await definition(session)
        let earlier = await diary.state(of: definition)
        let unfinished = earlier.flatMap { $0.isFinished ? nil : $0 }
        let survey = CleanSurvey(
            session: session, job: job, condition: condition, tuning: tuning, isFirstRun: earlier == nil)
        let facts = try await survey.gather(cutoff: unfinished?.cutoff)
        let planner = CleanPlanner(
            job: job, condition: condition, isFirstRun: earlier == nil,
            provenIndexes: try await survey.provenIndexes(facts))
        let plan = planner.plan(facts)
        return Prepared(
            plan: plan,
            state: unfinished
                ?? CleanState(definition: definition, cutoff: facts.cutoff, matchingRows: facts.matchingRows),
            isResumed: unfinished != nil)
    }

    /// What must be the same for a run to go on from an earlier one, and not to be the first.
    private func definition(_ session: Session) async throws -> String {
        let row = try await session.query(
            """
            SELECT d.oid AS database, pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may
              FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
            """
        ).onlyRow()
        let cluster =
            try row.bool("may")
            ? try await session.query("SELECT system_identifier AS id FROM pg_catalog.pg_control_system()").onlyRow()
                .string("id") : "unknown"
        let oid = try await CleanCatalogue(session: session).table(job.table)?.oid ?? 0
        return [
            cluster, try row.string("database"), "\(oid)", job.column, job.columnTimezone ?? "",
            "\(job.olderThan.components.seconds)", job.condition ?? "",
        ].joined(separator: "\n")
    }

    // MARK: - The work

    /// How the deletion ended.
    enum Ending {
        case done
        case heldBack(String)
        case failed(any UserFacingError)
    }

    private func carryOut(_ prepared: Prepared, _ session: Session) async throws -> CleanReport {
        let watch = Stopwatch()
        let earlier = prepared.state.deletedRows
        var run = CleanRun(
            session: session, plan: prepared.plan, job: job, tuning: tuning.beginning(with: prepared.plan),
            diary: diary,
            state: prepared.state, reporter: context.reporter)
        // From now on it is no first run any more.
        await diary.keep(prepared.state)
        let (ending, left) = try await delete(&run, session)
        let care = try await aftercare(&run, session, ending)
        var report = report(prepared, run, earlier: earlier, left: left)
        (report.vacuumed, report.analyzed) = (care.vacuumed, care.analyzed)
        report.warnings = care.warnings
        for warning in care.warnings { context.reporter.report(.warning(warning)) }
        let isLeft = (left ?? 0) > 0
        let holders = isLeft ? await LockHolders(session: session, table: prepared.plan.oid).described() : []
        conclude(&report, ending, holders: holders)
        report.seconds = watch.seconds
        return report
    }

    private func delete(_ run: inout CleanRun, _ session: Session) async throws -> (ending: Ending, left: Int64?) {
        do {
            return (.done, try await run.deleteAll())
        } catch let error as CancellationError {
            throw error
        } catch ThrottleGate.Closed.heldBack(let reason) {
            return (.heldBack(reason), try? await run.remaining())
        } catch PostgresError.statement(let failure) where failure.sqlState == .lockNotAvailable {
            let error = try await locked(session, failure)
            return (.heldBack(error.complaint), try? await run.remaining())
        } catch let error as any UserFacingError {
            try Task.checkCancellation()
            return (.failed(error), try? await run.remaining())
        }
    }

    /// VACUUM waits for another time where the server has it hard.
    private func aftercare(
        _ run: inout CleanRun, _ session: Session, _ ending: Ending
    ) async throws -> CleanAftercare.Result {
        let dropped = run.state.droppedPartitions.reduce(0) { $0 + $1.rows }
        guard case .done = ending else { return CleanAftercare.Result() }
        let isQuiet = (try? await run.look()) == .proceed
        try Task.checkCancellation()
        return try await CleanAftercare(
            session: session, plan: run.plan, deletedRows: run.state.deletedRows - dropped, duty: run.job.duty
        ).execute(isAllowed: isQuiet)
    }
}
