import JobModel
import Postgres

extension MaintainRun {
    /// Why a step is not begun; nil where it is.
    func obstacle(to step: MaintainStep) async throws -> MaintainStepResult? {
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
        return step.isRebuild ? try await obstacle(toRebuild: step) : nil
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

    /// What a rebuild does at least, where nothing is in its way.
    private static let leastBytesPerSecond = Double(10 << 20)

    private func obstacle(toRebuild step: MaintainStep) async throws -> MaintainStepResult? {
        if let rest = window.rest, rest < .seconds(Double(step.sizeInBytes) / Self.leastBytesPerSecond) {
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
    /// Whether it may write much WAL.
    fileprivate var isHeavy: Bool { [.vacuum, .freeze, .reindex, .repack].contains(action) }

    /// Whether it writes a copy, and waits for whoever might still need the old one.
    fileprivate var isRebuild: Bool { action == .reindex || action == .repack }
}
