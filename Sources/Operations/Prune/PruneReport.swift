package import JobModel

/// What a prune did, or would do, in each store.
package struct PruneReport: Sendable {
    /// One store's part.
    package struct Store: Sendable {
        /// Whose backups these are.
        package let job: String
        /// As an URL.
        package let url: String
        /// Nil where the store could not be listed in full: then nothing was touched.
        package let plan: PrunePlan?
        package let deleted: [BackupName]
        /// Backups that were to go and were pinned meanwhile.
        package let spared: [BackupName]
        package let swept: [BackupName]
        package let uploadsGivenUp: Int
        package let bytesFreed: Int64
        /// Why it broke off; what was done before stays done.
        package let failure: (any UserFacingError)?

        /// What became of each folder, pins set meanwhile included.
        package var decisions: [RetentionDecision] {
            let spared = Set(spared.map(\.id.description))
            return (plan?.decisions ?? []).map {
                spared.contains($0.name)
                    ? RetentionDecision(name: $0.name, action: .keep, reasons: [.pinned]) : $0
            }
        }
    }

    /// In the order in which they were named.
    package let stores: [Store]

    package init(stores: [Store]) {
        self.stores = stores
    }

    /// Partial where some stores failed, or one after it had begun.
    package var outcome: RunOutcome {
        if stores.allSatisfy({ $0.failure == nil }) { return .succeeded }
        let didSomething = stores.contains { $0.failure == nil || !$0.deleted.isEmpty || !$0.swept.isEmpty }
        return didSomething ? .partial : .failed
    }
}
