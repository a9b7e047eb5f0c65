import JobModel
import Postgres
import Synchronization

/// Runs single statements on one session, and looks on from another.
struct StepExecution: Sendable {
    let session: Session
    let watch: Session
    let progress: StepProgress
    let reporter: any ProgressReporter

    private static let lookInterval = Duration.seconds(1)

    /// How far it had come when somebody last looked.
    final class Sight: Sendable {
        private let state = Mutex<(look: StepProgress.Look?, bytes: Int)>((nil, 0))

        var look: StepProgress.Look? { state.withLock { $0.look } }

        /// Returns by how many bytes it came further, never more than `most` in all; and the phase, where it is
        /// another one.
        func note(_ look: StepProgress.Look, bytes: Int, most: Int) -> (moved: Int, phase: String?) {
            state.withLock { state in
                let phase = state.look?.phase == look.phase ? nil : look.phase
                let bytes = max(state.bytes, min(bytes, most))
                defer { (state.look, state.bytes) = (look, bytes) }
                return (bytes - state.bytes, phase)
            }
        }

        /// What is still to be told when it is done.
        func rest(of most: Int) -> Int { state.withLock { most - $0.bytes } }
    }

    /// Runs a VACUUM, an ANALYZE or the like, and tells how it comes on.
    func run(_ step: MaintainStep, sight: Sight) async throws {
        try await watched {
            await look(step, sight)
        } while: {
            try await session.execute(step.statement)
        }
    }

    /// Runs a rebuild, and cancels it where standbys or slots cannot follow. Throws ``RebuildStopped``.
    func rebuild(_ step: MaintainStep, slotRoom: Int?, sight: Sight) async throws {
        try await watched {
            if let reason = await reasonToStop(slotRoom: slotRoom) { throw RebuildStopped(reason: reason) }
            await look(step, sight)
        } while: {
            try await session.execute(step.statement)
        }
    }

    private func watched(
        _ look: @escaping @Sendable () async throws -> Void,
        while statement: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await Companion.run({ try await Companion.every(Self.lookInterval, look) }, beside: statement)
    }

    /// A look that fails costs a look.
    private func look(_ step: MaintainStep, _ sight: Sight) async {
        guard let look = try? await progress.look(at: session.server.backendProcessID) else { return }
        // Only of a VACUUM the pages are those of which the step's size is made.
        let bytes = step.isVacuum ? look.done * progress.pageSize : 0
        let (moved, phase) = sight.note(look, bytes: bytes, most: step.sizeInBytes)
        if let phase { reporter.report(.phase("\(step.title): \(phase)")) }
        if moved > 0 { reporter.report(.moved(bytes: moved)) }
    }

    private func reasonToStop(slotRoom: Int?) async -> String? {
        if let facts = try? await ThrottleFacts.gather(on: watch, tables: []),
            case .abort(let reasons) = ThrottleLimits().decide(facts)
        {
            return reasons.joined(separator: "; ")
        }
        let pressure = try? await ReplicationPressure.gather(on: watch)
        return pressure?.objection(toGoOnWithRoom: slotRoom)
    }
}

/// A rebuild was cancelled for others' sake.
struct RebuildStopped: Error {
    let reason: String
}
