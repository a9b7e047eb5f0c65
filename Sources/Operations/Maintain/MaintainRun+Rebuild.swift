import JobModel
import Postgres

extension MaintainRun {
    /// Whatever becomes of it, no half of an index is left, and where one is, it is known for ours.
    func rebuild(_ step: MaintainStep) async throws -> MaintainStepResult {
        guard let index = step.object else { return MaintainStepResult(step, .skipped, "it names no index") }
        await notes.begin(index.quoted.text)
        let result: MaintainStepResult
        do {
            result = try await copy(step, lockTimeout: MaintainSettings.rebuildLockTimeoutStatement)
        } catch {
            await CleanupScope.run { await cleanUp(after: index) }
            throw error
        }
        if result.outcome == .done {
            await notes.end(index.quoted.text)
        } else {
            await CleanupScope.run { await cleanUp(after: index) }
        }
        return result
    }

    /// REPACK takes away itself what it leaves. It waits for its last lock as everybody does: behind it, all wait.
    func rewrite(_ step: MaintainStep) async throws -> MaintainStepResult {
        try await copy(step, lockTimeout: MaintainSettings.lockTimeoutStatement)
    }

    private func copy(_ step: MaintainStep, lockTimeout: ServerText) async throws -> MaintainStepResult {
        let room = try await ReplicationPressure.gather(on: session).slotRoomInBytes
        let sight = StepExecution.Sight()
        try await session.execute(lockTimeout)
        try await limitTime(window.statementTimeoutInMilliseconds)
        do {
            try await execution.rebuild(step, slotRoom: room, sight: sight)
            return MaintainStepResult(step, .done)
        } catch let stopped as RebuildStopped {
            return MaintainStepResult(step, .cutOff, "\(stopped.reason), so it was cancelled")
        } catch let error as PostgresError {
            // Its copy was built, mostly: to build it again would be as much work for as little.
            var result = failure(step, error, sight)
            result.isFinal = true
            return result
        }
    }

    /// Drops what a rebuild that broke off has left. What cannot be dropped now, the next run drops.
    private func cleanUp(after index: SQLIdentifier) async {
        do {
            try await session.execute(MaintainSettings.lockTimeoutStatement)
            try await limitTime(60_000)
            let indexes = try await IndexFacts.gather(on: session)
            for leftover in IndexLeftovers.find(in: indexes) where leftover.original.name == index {
                try await session.execute(
                    MaintainStatement(serverVersion: serverVersion).dropIndex(leftover.index.name))
                reporter.report(.note("dropped \(leftover.index.name.plainText), which the rebuild had left"))
            }
            await notes.end(index.quoted.text)
        } catch {
            let reason = (error as? any UserFacingError)?.message ?? "\(error)"
            warnings.add("what the rebuild of \(index.plainText) has left could not be dropped: \(reason)")
        }
    }
}
