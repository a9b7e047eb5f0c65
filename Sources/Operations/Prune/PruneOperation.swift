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
    private let willExecute: @Sendable (PrunePlan) -> Void
    private let warnings: Warnings

    /// `stores` are all stores of the job: what was verified in one counts in every other that holds the same.
    /// `willExecute` is told each store's plan before anything of it is done.
    package init(
        context: OperationContext, request: PruneRequest, stores: [any ObjectStore],
        willExecute: @escaping @Sendable (PrunePlan) -> Void = { _ in }
    ) {
        self.context = context
        self.request = request
        self.stores = stores
        self.willExecute = willExecute
        warnings = Warnings(reporter: context.reporter)
    }

    /// Plans and executes. Failures of single stores are in the report; what says that none could be begun, such as a
    /// policy that keeps nothing, is thrown.
    package func execute() async throws -> PruneReport {
        try await context.logged("prune", on: request.job) {
            try await report { index in
                // A lease would make a directory that is not there: a mistyped path, a disk that is not mounted.
                _ = try await stores[index].folders(under: nil)
                return try await context.withLease(lease(stores[index])) { lease in
                    let plan = try await plan(for: index)
                    willExecute(plan)
                    return try await execute(plan, in: stores[index]) { try await lease.confirm() }
                }
            }
        }
    }

    /// What ``execute()`` would do; nothing is locked, deleted or recorded.
    package func preview() async throws -> PruneReport {
        try await report { index in Self.report(try await plan(for: index), .init()) }
    }

    func execute(
        _ plan: PrunePlan, in store: any ObjectStore, confirm: @escaping @Sendable () async throws -> Void
    ) async throws -> PruneReport.Store {
        context.reporter.report(.phase("deleting \(plan.deletions.count) backups of \(plan.store)"))
        let outcome = try await PruneExecution(store: store, plan: plan, context: context, confirm: confirm).run()
        return Self.report(plan, outcome)
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
        LeaseObject(store: store, job: request.job, purpose: .prune)
    }

    /// Each store by itself: one that fails holds up no other.
    private func report(_ work: (Int) async throws -> PruneReport.Store) async throws -> PruneReport {
        try request.policy.validate()
        var reports: [PruneReport.Store] = []
        for (index, store) in stores.enumerated() {
            do {
                reports.append(try await work(index))
            } catch let error as any UserFacingError {
                reports.append(Self.report(failed: store.location.url, error))
            }
        }
        return PruneReport(stores: reports)
    }

    private static func report(_ plan: PrunePlan, _ outcome: PruneExecution.Outcome) -> PruneReport.Store {
        PruneReport.Store(
            url: plan.store, plan: plan, deleted: outcome.deleted, spared: outcome.spared, swept: outcome.swept,
            uploadsGivenUp: outcome.uploadsGivenUp, bytesFreed: outcome.bytesFreed, failure: outcome.failure)
    }

    private static func report(failed url: String, _ error: any UserFacingError) -> PruneReport.Store {
        PruneReport.Store(
            url: url, plan: nil, deleted: [], spared: [], swept: [], uploadsGivenUp: 0, bytesFreed: 0, failure: error)
    }
}
