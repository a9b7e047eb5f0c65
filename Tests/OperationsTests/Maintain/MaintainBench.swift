import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerText {
    /// A script whose changes count in the statistics when it ends, and not some time later.
    var counted: ServerText { "\(self); SELECT pg_stat_force_next_flush();" }
}

extension Workbench {
    /// Maintains the workbench's database, its user's tables only.
    func maintenance(
        window: Duration? = nil, connection: ConnectionInfo? = nil, memory: any JobMemory = NoJobMemory(),
        _ change: (inout MaintainJob) -> Void = { _ in }
    ) -> MaintainOperation {
        var job = MaintainJob(database: "shop")
        job.tables = [TablePattern("public.*")!]
        job.minInterval = .zero
        job.costLimit = 10_000
        change(&job)
        return MaintainOperation(
            context: context(), connection: connection ?? database, job: job, window: window, memory: memory,
            memoryName: "shop")
    }

    @discardableResult
    func maintain(
        window: Duration? = nil, connection: ConnectionInfo? = nil, memory: any JobMemory = NoJobMemory(),
        _ change: (inout MaintainJob) -> Void = { _ in }
    ) async throws -> MaintainReport {
        try await maintenance(window: window, connection: connection, memory: memory, change).execute()
    }

    /// Waits until a statement of maintenance of which `words` are a part waits for a lock, and returns its process.
    func waitForMaintenance(_ words: String, _ condition: String = "wait_event_type = 'Lock'") async throws -> Int {
        let query =
            "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE application_name LIKE 'dbops/maintain %' "
            + "AND query LIKE '%\(words)%' AND state = 'active' AND \(condition)"
        // What it waits for may be over a moment later, so it is asked for once.
        var process = 0
        try await waitUntil("no such statement runs: \(words)") {
            process = try await count(query)
            return process != 0
        }
        return process
    }
}

extension MaintainReport {
    /// Each step's action, table and outcome.
    var summary: [String] {
        steps.map { "\($0.step.action.rawValue) \($0.step.object?.name.text ?? "-") \($0.outcome.rawValue)" }
    }
}
