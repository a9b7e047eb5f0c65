import JobModel
import Postgres

/// Maintenance as a job makes it.
struct MaintainWork: Sendable {
    let job: Job
    let settings: MaintainJob
    let configuration: Configuration
    let targets: TargetOpener
    let memory: any JobMemory
    let context: OperationContext

    func run() async throws -> JobResult {
        do {
            return try Self.result(try await operation().execute())
        } catch let error as MaintainError {
            return JobResult(
                outcome: .skipped, reason: .conflict, message: error.message, category: error.category)
        }
    }

    func preview() async throws -> MaintainPreview {
        try await operation().preview()
    }

    /// The job's window is how long it may take.
    private func operation() throws -> MaintainOperation {
        let database = try configuration.requiredDatabase(named: settings.database)
        return MaintainOperation(
            context: context, connection: try targets.primary(of: database), job: settings, window: job.window,
            memory: memory, memoryName: settings.database)
    }

    static func result(_ report: MaintainReport) throws -> JobResult {
        JobResult(
            outcome: report.outcome, reason: report.isStandby ? .standby : nil, message: report.message,
            report: try MaintainJobReport(report).json(), category: report.category)
    }
}
