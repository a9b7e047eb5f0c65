package import JobModel
import Postgres

/// The advisor as a job runs it.
struct AdviseWork: Sendable {
    let job: AdviseJob
    let configuration: Configuration
    let targets: TargetOpener
    let memory: any JobMemory
    let context: OperationContext

    func run() async throws -> JobResult {
        let target = try configuration.requiredDatabase(named: job.database)
        var request = AdviseRequest(connection: try targets.primary(of: target), settings: job)
        request.jobs = AdviceJobs(configuration, database: target.name)
        if target.readURL != nil { request.standbys = [try targets.source(of: target)] }
        if let url = job.pgbouncerURL {
            request.pgbouncer = try targets.connection(url, password: job.pgbouncerPassword)
        }
        let report = try await AdviseOperation(context: context, request: request, memory: memory).execute()
        return try report.result(failOn: job.failOn)
    }
}

extension AdviseReport {
    /// A run that found something has succeeded, unless the job says that such findings are a failure.
    func result(failOn threshold: AdviceSeverity?) throws -> JobResult {
        let json = try json()
        if let threshold, isFailure(threshold) {
            return JobResult(outcome: .failed, message: summary, report: json, category: .findings)
        }
        guard checked.isEmpty, !notChecked.isEmpty else {
            return JobResult(
                outcome: notChecked.isEmpty ? .succeeded : .partial, message: findings.isEmpty ? nil : summary,
                report: json, category: notChecked.isEmpty ? nil : .partial)
        }
        return JobResult(
            outcome: .failed, message: "no check could be made: \(notChecked[0].reason)", report: json,
            category: .permission)
    }

    /// Whether a finding is as severe as this, or more.
    package func isFailure(_ threshold: AdviceSeverity) -> Bool {
        worst.map { $0 >= threshold } ?? false
    }

    /// `2 critical, 1 warning, 5 notices`
    package var summary: String {
        let counts = AdviceSeverity.allCases.reversed().compactMap { severity -> String? in
            let count = findings.count { $0.severity == severity }
            guard count > 0 else { return nil }
            return "\(count) \(severity.rawValue)\(count > 1 && severity != .critical ? "s" : "")"
        }
        return counts.isEmpty ? "nothing found" : counts.joined(separator: ", ")
    }
}
