import JobModel
import Postgres

/// Whether what verify jobs ask of restored databases could be asked of the database itself: the server reads each query
/// and looks its names up, in a read-only transaction, and runs none.
struct ContentChecksCheck: Sendable {
    let context: OperationContext
    let connection: ConnectionInfo
    let jobs: [(name: String, job: VerifyJob)]

    /// Never throws but on cancellation: what fails is a finding.
    func run() async throws -> [CheckFinding] {
        let asking = jobs.filter { !$0.job.checks.isEmpty }
        guard let first = asking.first else { return [] }
        return try await CheckFinding.asking("job \(first.name)") {
            try await Session.openForLooking(connection, applicationName: context.applicationName)
        } _: { session in
            var findings: [CheckFinding] = []
            for (name, job) in asking { findings += try await inspect(job, "job \(name)", session) }
            return findings
        }
    }

    private func inspect(
        _ job: VerifyJob, _ subject: String, _ session: Session
    ) async throws -> [CheckFinding] {
        var findings: [CheckFinding] = []
        for check in job.checks {
            guard let fault = try await fault(of: check, session) else { continue }
            findings.append(
                .warning(
                    subject, "the check \"\(check.name)\" would fail: \(fault)",
                    advice: "Names without a schema are looked for by the database's own search_path."))
        }
        let count = job.checks.count
        return findings.isEmpty
            ? [.good(subject, "\(count) check\(count == 1 ? "" : "s") of its own can be asked")] : findings
    }

    private func fault(of check: ContentCheck, _ session: Session) async throws -> String? {
        try await session.execute("BEGIN READ ONLY")
        do {
            try await session.execute("SET LOCAL statement_timeout = '5s'")
            try await session.execute("SET LOCAL lock_timeout = '1s'")
            let fault = try await look(at: check, session)
            try await session.execute("ROLLBACK")
            return fault
        } catch PostgresError.statement(let failure) {
            try await session.execute("ROLLBACK")
            return ContentChecks.words(for: failure, timeout: .seconds(5))
        }
    }

    private func look(at check: ContentCheck, _ session: Session) async throws -> String? {
        switch check.question {
        case .query(let sql, _):
            let statement = try CheckQuery.statement(of: sql, check: check.name)
            _ = try await session.query("PREPARE dbops_check AS \(CheckQuery.wrapped(statement))")
            try await session.execute("DEALLOCATE dbops_check")
            return nil
        case .freshness(let freshness):
            guard case .failure(let obstacle) = try await FreshnessQuery.lookUp(freshness, on: session) else {
                return nil
            }
            return obstacle.text
        }
    }
}
