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
        guard !steps.isEmpty else { return [] }
        reporter.report(.expected(items: steps.count, bytes: steps.reduce(0) { $0 + $1.sizeInBytes }))
        var results: [MaintainStepResult] = []
        var waiting = steps
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
            var result = try await perform(step)
            result.seconds = stopwatch.seconds
            return result
        } catch let error as PostgresError {
            var result = failure(step, error)
            result.seconds = stopwatch.seconds
            return result
        }
    }

    private func perform(_ step: MaintainStep) async throws -> MaintainStepResult {
        switch step.action {
        case .reindex: try await rebuild(step)
        case .repack: try await rewrite(step)
        default: try await maintain(step)
        }
    }

    private func maintain(_ step: MaintainStep) async throws -> MaintainStepResult {
        _ = session.drainNotices()
        let sight = StepExecution.Sight()
        let isEmergency = step.action == .emergencyVacuum
        let limit = step.isBoundByWindow ? window.statementTimeoutInMilliseconds : 0
        try await session.execute(isEmergency ? MaintainSettings.withoutPauses : MaintainSettings.pauses)
        try await limitTime(limit)
        do {
            try await execution.run(step, sight: sight)
        } catch let error as PostgresError {
            return try await explained(failure(step, error, sight))
        }
        reporter.report(.moved(bytes: sight.rest(of: step.sizeInBytes)))
        return try await judged(step, VacuumNotices(session.drainNotices()))
    }

    func limitTime(_ milliseconds: Int64) async throws {
        try await session.execute("SET statement_timeout = \(milliseconds)")
    }

    static let questionTimeoutInMilliseconds: Int64 = 30_000
}

extension MaintainStep {
    /// What staves off wraparound goes on beyond the window and beside a dump; what closes a run takes a moment.
    var isBoundByWindow: Bool { action != .emergencyVacuum && action != .databaseStatistics }
}

extension MaintainStepResult {
    fileprivate var isWorthAnotherTry: Bool { !isFinal && (outcome == .locked || outcome == .heldBack) }
}
