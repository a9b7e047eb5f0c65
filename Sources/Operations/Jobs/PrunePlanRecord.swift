import JobModel
import Synchronization

/// Tells what a run of retention is going to do, of one store after the other, as one plan for the history.
final class PrunePlanRecord: Sendable {
    private struct Document: Encodable {
        let stores: [Store]
    }

    private struct Store: Encodable {
        let url: String
        let job: String
        let delete: [String]
        let sweep: [String]
        let uploads: Int
        let bytesFreed: Int64

        init(_ plan: PrunePlan) {
            url = plan.store
            job = plan.job
            delete = plan.deletions.map(\.name.folder)
            sweep = plan.sweptFolders
            uploads = plan.uploadCount
            bytesFreed = plan.bytesFreed
        }
    }

    private let stores = Mutex<[Store]>([])
    private let reporter: any ProgressReporter

    init(reporter: any ProgressReporter) {
        self.reporter = reporter
    }

    func add(_ plan: PrunePlan) {
        let all = stores.withLock { stores in
            stores.append(Store(plan))
            return stores
        }
        guard let text = try? Document(stores: all).json() else { return }
        reporter.report(.plan(text))
    }
}
