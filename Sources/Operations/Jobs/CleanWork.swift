import JobModel
import Postgres

/// A clean-up as a job makes it.
struct CleanWork: Sendable {
    let name: String
    let job: CleanJob
    let configuration: Configuration
    let targets: TargetOpener
    let memory: any JobMemory
    let context: OperationContext

    func run() async throws -> JobResult {
        do {
            return try Self.result(try await operation().execute())
        } catch let error as CleanError {
            switch error {
            case .standby: return JobResult(outcome: .skipped, reason: .standby, message: error.message)
            case .beingCleaned: return JobResult(outcome: .skipped, reason: .conflict, message: error.message)
            default: throw error
            }
        }
    }

    func preview() async throws -> CleanPlan {
        try await operation().preview()
    }

    private func operation() throws -> CleanOperation {
        let database = try configuration.requiredDatabase(named: job.database)
        return CleanOperation(
            context: context, connection: try targets.primary(of: database), job: job, jobName: name, memory: memory)
    }

    private static func result(_ report: CleanReport) throws -> JobResult {
        JobResult(
            outcome: report.outcome, message: report.message, report: try report.json(), category: report.category)
    }
}
