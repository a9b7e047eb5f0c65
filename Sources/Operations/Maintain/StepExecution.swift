import JobModel
import Postgres
import Synchronization

/// Runs single statements on one session, and looks on from another.
struct StepExecution: Sendable {
    let session: Session
    let watch: Session
    let progress: VacuumProgress
    let reporter: any ProgressReporter

    private static let lookInterval = Duration.seconds(1)

    /// How far it had come when somebody last looked.
    final class Sight: Sendable {
        private let state = Mutex<(look: VacuumProgress.Look?, bytes: Int)>((nil, 0))

        var look: VacuumProgress.Look? { state.withLock { $0.look } }

        /// Returns by how many bytes it came further; never more than `most` in all.
        func note(_ look: VacuumProgress.Look, pageSize: Int, most: Int) -> Int {
            state.withLock { state in
                state.look = look
                let bytes = max(state.bytes, min(look.scannedPages * pageSize, most))
                defer { state.bytes = bytes }
                return bytes - state.bytes
            }
        }

        /// What is still to be told when it is done.
        func rest(of most: Int) -> Int { state.withLock { most - $0.bytes } }
    }

    /// Runs a VACUUM, an ANALYZE or the like, and tells how it comes on.
    func run(_ step: MaintainStep, sight: Sight) async throws {
        let (session, progress, reporter) = (session, progress, reporter)
        guard step.isVacuum else { return try await session.execute(step.statement) }
        try await Companion.run {
            try await Companion.every(Self.lookInterval) {
                // A look that fails costs a look.
                guard let look = try? await progress.look(at: session.server.backendProcessID) else { return }
                let moved = sight.note(look, pageSize: 8_192, most: step.sizeInBytes)
                if moved > 0 { reporter.report(.moved(bytes: moved)) }
            }
        } beside: {
            try await session.execute(step.statement)
        }
    }

    /// Runs a rebuild, and cancels it where standbys or slots cannot follow. Throws ``RebuildStopped``.
    func rebuild(_ step: MaintainStep, slotRoom: Int?) async throws {
        let (session, watch) = (session, watch)
        try await Companion.run {
            try await Companion.every(Self.lookInterval) {
                if let facts = try? await ThrottleFacts.gather(on: watch, tables: []),
                    case .abort(let reasons) = ThrottleLimits().decide(facts)
                {
                    throw RebuildStopped(reason: reasons.joined(separator: "; "))
                }
                if let pressure = try? await ReplicationPressure.gather(on: watch),
                    let reason = pressure.objection(toGoOnWithRoom: slotRoom)
                {
                    throw RebuildStopped(reason: reason)
                }
            }
        } beside: {
            try await session.execute(step.statement)
        }
    }
}

/// A rebuild was cancelled for others' sake.
struct RebuildStopped: Error {
    let reason: String
}
