import JobModel
package import ObjectStorage

/// Applies a job's retention to each of its stores, and sweeps what broken runs have left there.
///
/// In each store: list → read manifests, evidence and marks → select → delete, under the store's lease. A store that
/// cannot be listed in full is left as it is.
package struct PruneOperation: Sendable {
    private let context: OperationContext
    private let request: PruneRequest
    private let stores: [any ObjectStore]
    private let mayBegin: @Sendable (any ObjectStore) async throws -> Void
    private let willExecute: @Sendable (PrunePlan) -> Void
    private let warnings: Warnings
    /// How often each lease is renewed. Default: 1 min.
    var renewalInterval: Duration = .seconds(60)

    /// `stores` are all stores of the job: what was verified in one counts in every other that holds the same.
    /// `mayBegin` is asked before anything is done in a store, and throws where nothing must be; `willExecute` is told
    /// each store's plan before anything of it is done.
    package init(
        context: OperationContext, request: PruneRequest, stores: [any ObjectStore],
        mayBegin: @escaping @Sendable (any ObjectStore) async throws -> Void = { _ in },
        willExecute: @escaping @Sendable (PrunePlan) -> Void = { _ in }
    ) {
        self.context = context
        self.request = request
        self.stores = stores
        self.mayBegin = mayBegin
        self.willExecute = willExecute
        warnings = Warnings(reporter: context.reporter)
    }

    /// Plans and executes. Failures of single stores are in the report; what says that none could be begun, such as a
    /// policy that keeps nothing, is thrown.
    package func execute() async throws -> PruneReport {
        try await context.logged("prune", on: request.job) {
            try await report { index, progress in
                let store = stores[index]
                // A lease would make a directory that is not there: a mistyped path, a disk that is not mounted.
                _ = try await store.folders(under: nil)
                try await mayBegin(store)
                try await context.withLease(lease(store)) { lease in
                    let plan = try await plan(for: index)
                    willExecute(plan)
                    try await execute(plan, in: store, progress) { try await lease.confirm() }
                }
            }
        }
    }

    /// What ``execute()`` would do; nothing is locked, deleted or recorded.
    package func preview() async throws -> PruneReport {
        try await report { index, progress in
            let plan = try await plan(for: index)
            progress.note { $0.plan = plan }
        }
    }

    func execute(
        _ plan: PrunePlan, in store: any ObjectStore, _ progress: PruneProgress,
        confirm: @escaping @Sendable () async throws -> Void
    ) async throws {
        progress.note { $0.plan = plan }
        context.reporter.report(.phase("deleting \(plan.deletions.count) backups of \(plan.store)"))
        try await PruneExecution(
            store: store, plan: plan, context: context, progress: progress, confirm: confirm
        ).run()
    }

    func plan(for index: Int) async throws -> PrunePlan {
        context.reporter.report(.phase("looking through \(stores[index].location.url)"))
        let inventory = try await JobInventoryReader(store: stores[index], job: request.job).read()
        var others: [JobInventory] = []
        for (other, store) in stores.enumerated() where other != index {
            do {
                others.append(try await JobInventoryReader(store: store, job: request.job).read())
            } catch let error as StorageError {
                warnings.add("what was verified in \(store.location.url) is not known: \(error.message)")
            }
        }
        return try PrunePlanner(request: request, now: CivilTime(context.clock.now))
            .plan(for: inventory, others: others)
    }

    private func lease(_ store: any ObjectStore) -> LeaseObject {
        var lease = LeaseObject(store: store, job: request.job, purpose: .prune)
        lease.renewalInterval = renewalInterval
        return lease
    }

    /// Each store by itself: one that fails holds up no other. What was done before a failure, or before the lease was
    /// lost, stays done and is told.
    private func report(_ work: (Int, PruneProgress) async throws -> Void) async throws -> PruneReport {
        try request.policy.validate()
        var reports: [PruneReport.Store] = []
        for (index, store) in stores.enumerated() {
            let progress = PruneProgress()
            var failure: (any UserFacingError)?
            do {
                try await work(index, progress)
            } catch let error as any UserFacingError {
                failure = error
            } catch {
                tell(progress.current, in: store)
                throw error
            }
            reports.append(progress.report(of: request.job, in: store.location.url, failure: failure))
        }
        return PruneReport(stores: reports)
    }

    /// A run that is stopped has no report; its log says what it had done.
    private func tell(_ progress: PruneProgress.State, in store: any ObjectStore) {
        let (deleted, swept) = (progress.deleted.count, progress.swept.count)
        guard deleted + swept > 0 else { return }
        context.reporter.report(
            .note("\(store.location.url): had deleted \(deleted) backups of \(request.job) and swept \(swept)"))
    }
}
