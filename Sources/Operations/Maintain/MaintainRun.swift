import JobModel
import Postgres

/// Runs the steps of a plan, one after the other, inside a window.
struct MaintainRun: Sendable {
    let execution: StepExecution
    /// As servers number themselves.
    let serverVersion: Int
    let window: MaintainWindow
    let notes: RebuildNotes
    let reporter: any ProgressReporter
    let warnings: Warnings
    /// A step that finds its table locked is tried so often in all, the later times after all others.
    var rounds = 3
    /// Before each further round.
    var pause = Duration.seconds(5)

    var session: Session { execution.session }

    /// One result for each step, in the order in which they came to an end.
    func run(_ steps: [MaintainStep]) async throws -> [MaintainStepResult] {
        reporter.report(.expected(items: steps.count, bytes: steps.reduce(0) { $0 + $1.sizeInBytes }))
        var results: [MaintainStepResult] = []
        let closing = steps.filter { $0.action == .databaseStatistics }
        var waiting = steps.filter { $0.action != .databaseStatistics }
        for round in 1...rounds {
            var locked: [MaintainStepResult] = []
            for step in waiting {
                let result = try await isLost ? lost(step) : result(of: step)
                if result.isWorthAnotherTry, round < rounds {
                    locked.append(result)
                } else {
                    end(result, &results)
                }
            }
            if !locked.isEmpty {
                try await Task.sleep(for: min(pause * Double.random(in: 0.5...1.5), window.rest ?? pause * 2))
            }
            // What was locked until the window's end was locked, and not merely left.
            if window.isOver { for result in locked { end(result, &results) } }
            waiting = window.isOver ? [] : locked.map(\.step)
        }
        for step in closing { end(try await isLost ? lost(step) : result(of: step), &results) }
        return results
    }

    private func end(_ result: MaintainStepResult, _ results: inout [MaintainStepResult]) {
        tell(result)
        results.append(result)
    }

    /// The session, and with it the lock that keeps other runs away, is gone.
    private var isLost: Bool {
        get async throws {
            do {
                try await session.execute("SELECT 1")
                return false
            } catch let error as PostgresError {
                return !error.isStatementRefusal
            }
        }
    }

    private func lost(_ step: MaintainStep) -> MaintainStepResult {
        MaintainStepResult(step, .left, "the connection was lost before it")
    }

    private func tell(_ result: MaintainStepResult) {
        let title = result.step.title
        switch result.outcome {
        case .done:
            reporter.report(.finished(item: title, rows: result.removedRows ?? 0, bytes: result.step.sizeInBytes))
        case .skipped: reporter.report(.note("\(title): skipped, \(result.message ?? "")"))
        case .failed, .locked, .heldBack, .cutOff, .left:
            warnings.add("\(title): \(result.outcome.rawValue), \(result.message ?? "")")
        }
    }

    // MARK: - One step

    private func result(of step: MaintainStep) async throws -> MaintainStepResult {
        let stopwatch = Stopwatch()
        do {
            if let obstacle = try await obstacle(to: step) { return obstacle }
            reporter.report(.phase(step.title))
            var result = try await step.action == .reindex ? rebuild(step) : perform(step)
            result.seconds = stopwatch.seconds
            return result
        } catch let error as PostgresError {
            var result = failure(step, error)
            result.seconds = stopwatch.seconds
            return result
        }
    }

    private func perform(_ step: MaintainStep) async throws -> MaintainStepResult {
        _ = session.drainNotices()
        let sight = StepExecution.Sight()
        let isEmergency = step.action == .emergencyVacuum
        let limit = step.isBoundByWindow ? window.statementTimeoutInMilliseconds : 0
        try await session.execute(isEmergency ? MaintainSettings.withoutPauses : MaintainSettings.pauses)
        try await limitTime(limit)
        do {
            try await execution.run(step, sight: sight)
        } catch let error as PostgresError {
            var result = failure(step, error)
            if let look = sight.look {
                result.message = (result.message.map { "\($0); " } ?? "") + "it was at: \(look.text)"
            }
            return result
        }
        reporter.report(.moved(bytes: sight.rest(of: step.sizeInBytes)))
        return try await judged(step, VacuumNotices(session.drainNotices()))
    }

    /// By what the server said beside its OK.
    private func judged(_ step: MaintainStep, _ notices: VacuumNotices) async throws -> MaintainStepResult {
        if let (outcome, message) = notices.refusal(isSilenceFailure: step.tellsOfItsWork) {
            return MaintainStepResult(
                step, outcome, message, category: outcome == .locked ? .tryLater : .permission)
        }
        var result = MaintainStepResult(step, .done)
        result.removedRows = notices.removedRows
        result.deadRowsLeft = notices.deadRowsLeft
        for warning in notices.warnings { warnings.add("\(step.title): \(warning.message)") }
        if let left = notices.deadRowsLeft, left > max(notices.removedRows ?? 0, 1_000) {
            try await limitTime(Self.questionTimeoutInMilliseconds)
            let holder = try await oldestHolder()
            warnings.add(
                "\(step.title): \(Quantities.count(left)) dead rows could not be removed"
                    + (holder.map { " because of \($0.text): \($0.remedy)" } ?? ""))
        }
        return result
    }

    private func oldestHolder() async throws -> XminHolder? {
        let queries = MaintainQueries(serverVersion: serverVersion, seesStatistics: false, seesScores: false)
        return try await MaintainFacts.holders(on: session, queries).first { !$0.isCatalogOnly }
    }

    func limitTime(_ milliseconds: Int64) async throws {
        try await session.execute("SET statement_timeout = \(milliseconds)")
    }

    /// What an error of the server means for the step.
    func failure(_ step: MaintainStep, _ error: PostgresError) -> MaintainStepResult {
        if case .statement(let failure) = error {
            switch failure.sqlState {
            case .lockNotAvailable: return MaintainStepResult(step, .locked, failure.message, category: .tryLater)
            case .queryCanceled where window.isOver:
                return MaintainStepResult(step, .cutOff, "the window ended, and the server cancelled it")
            case .undefinedTable, SQLState("42704"): return MaintainStepResult(step, .skipped, failure.message)
            default: break
            }
        }
        return MaintainStepResult(step, .failed, error.message, category: error.category)
    }

    // MARK: - Obstacles

    /// Why a step is not begun; nil where it is.
    private func obstacle(to step: MaintainStep) async throws -> MaintainStepResult? {
        try await limitTime(Self.questionTimeoutInMilliseconds)
        try await session.execute(MaintainSettings.lockTimeoutStatement)
        if step.isBoundByWindow {
            if window.isOver { return MaintainStepResult(step, .left, "the window is over") }
            if let dump = try await MaintainFacts.dumps(on: session).first {
                return MaintainStepResult(step, .left, "a dump of the database has begun: \(dump)")
            }
        }
        let busy = try await MaintainFacts.busy(on: session)
        if let who = step.relations.compactMap({ busy[$0] }).first {
            return MaintainStepResult(step, .skipped, "\(who) works on it already")
        }
        if step.isHeavy, let held = try await throttle(step) { return held }
        return step.action == .reindex ? try await obstacle(toRebuild: step) : nil
    }

    /// What writes much waits for a server that has it hard.
    private func throttle(_ step: MaintainStep) async throws -> MaintainStepResult? {
        var facts = try await ThrottleFacts.gather(on: session, tables: [])
        // Dumps are another matter.
        facts.backups = []
        switch ThrottleLimits().decide(facts) {
        case .proceed: return nil
        case .pause(let reasons):
            return MaintainStepResult(step, .heldBack, reasons.joined(separator: "; "), category: .tryLater)
        case .abort(let reasons):
            var result = MaintainStepResult(step, .heldBack, reasons.joined(separator: "; "), category: .tryLater)
            result.isFinal = true
            return result
        }
    }

    private static let questionTimeoutInMilliseconds: Int64 = 30_000
    /// What a rebuild does at least, where nothing is in its way.
    private static let leastBytesPerSecond = 10 << 20

    private func obstacle(toRebuild step: MaintainStep) async throws -> MaintainStepResult? {
        if let rest = window.rest, rest < .seconds(step.sizeInBytes / Self.leastBytesPerSecond) {
            return MaintainStepResult(step, .left, "the rest of the window is too short for it")
        }
        if let who = try await session.query(IndexQueries.oldTransactions).rows.first?.text("who") {
            return MaintainStepResult(
                step, .heldBack, "it would wait for \(who)", category: .tryLater)
        }
        let objection = try await ReplicationPressure.gather(on: session).objection(toBegin: step.sizeInBytes)
        return objection.map { MaintainStepResult(step, .heldBack, $0, category: .tryLater) }
    }
}

extension MaintainStep {
    /// What staves off wraparound goes on beyond the window and beside a dump; what closes a run takes a moment.
    fileprivate var isBoundByWindow: Bool { action != .emergencyVacuum && action != .databaseStatistics }

    /// Whether it may write much WAL.
    fileprivate var isHeavy: Bool { [.vacuum, .freeze, .reindex, .repack].contains(action) }

    /// Whether it says in its VERBOSE words that it does something.
    fileprivate var tellsOfItsWork: Bool { isVacuum || action == .analyze }
}

extension MaintainStepResult {
    fileprivate var isWorthAnotherTry: Bool { !isFinal && (outcome == .locked || outcome == .heldBack) }
}
