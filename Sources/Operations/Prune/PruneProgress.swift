import JobModel
import Synchronization

/// How far the prune of one store has come: kept where a run that is cut off, by a lost lease or by its own
/// cancellation, cannot take it along.
final class PruneProgress: Sendable {
    struct State: Sendable, Equatable {
        /// Nil as long as nothing was decided, and so nothing touched.
        var plan: PrunePlan?
        /// Those whose manifest is gone.
        var deleted: [BackupName] = []
        /// Backups that were to go and were pinned meanwhile.
        var spared: [BackupName] = []
        var swept: [BackupName] = []
        var uploadsGivenUp = 0
        var bytesFreed: Int64 = 0
    }

    private let state = Mutex(State())

    var current: State { state.withLock { $0 } }

    func note(_ change: (inout State) -> Void) {
        state.withLock { change(&$0) }
    }

    /// What was done in the store, and why it broke off.
    func report(of job: String, in url: String, failure: (any UserFacingError)?) -> PruneReport.Store {
        let state = current
        return PruneReport.Store(
            job: job, url: url, plan: state.plan, deleted: state.deleted, spared: state.spared, swept: state.swept,
            uploadsGivenUp: state.uploadsGivenUp, bytesFreed: state.bytesFreed, failure: failure)
    }
}
