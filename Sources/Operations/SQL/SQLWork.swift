import JobModel
import Postgres

/// Statements as a job runs them, or shows them.
struct SQLWork: Sendable {
    let name: String
    let job: SQLJob
    let configuration: Configuration
    let targets: TargetOpener
    let context: OperationContext

    func run() async throws -> JobResult {
        let database = try configuration.requiredDatabase(named: job.database)
        return try await SQLOperation(
            context: context, connection: try targets.primary(of: database), name: name, job: job
        ).execute()
    }

    /// Asks no server: the statements as they are understood.
    func preview() throws -> SQLPreview {
        SQLPreview(job, try SQLScript.read(job))
    }
}
