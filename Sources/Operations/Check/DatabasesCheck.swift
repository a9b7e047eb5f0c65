import JobModel
import Postgres

/// Whether each database that jobs of several databases would back up can be: what ``DatabaseCheck`` looks at, once for
/// each that the server has now.
struct DatabasesCheck: Sendable {
    struct Job: Sendable {
        let name: String
        let settings: BackupSettings
        let selection: DatabaseSelection
    }

    let context: OperationContext
    /// That of the server's target.
    let subject: String
    let connection: ConnectionInfo
    let jobs: [Job]
    /// Those that prove one of ``jobs``.
    let verifyJobs: [(name: String, job: VerifyJob)]

    /// Never throws but on cancellation: what fails is a finding.
    func run() async throws -> [CheckFinding] {
        guard !jobs.isEmpty else { return [] }
        do {
            let server = try await ServerDatabase.all(on: connection, context: context)
            var findings = jobs.flatMap { self.findings(of: $0, server) }
            for database in server where database.obstacle == nil && !wanting(database).isEmpty {
                findings += try await check(database)
            }
            return findings
        } catch let error as CancellationError {
            throw error
        } catch {
            return [.fault(subject, error)]
        }
    }

    private func wanting(_ database: ServerDatabase) -> [Job] {
        jobs.filter { $0.selection.selects(database.name) }
    }

    /// What is chosen, and what cannot be had.
    private func findings(of job: Job, _ server: [ServerDatabase]) -> [CheckFinding] {
        let roll = DatabaseRoll(of: server, selecting: job.selection)
        let subject = "job \(job.name)"
        guard !roll.all.isEmpty else {
            return [
                .fault(
                    subject,
                    JobError.noDatabase(
                        job: job.name, selection: job.selection.text, known: server.map(\.name.text)))
            ]
        }
        let names = DatabaseChanges.listed(roll.databases.map { ServerText($0) })
        return [.good(subject, "\(roll.databases.count) databases: \(names)")]
            + roll.refusals.map {
                CheckFinding(
                    subject: subject, level: .fault(.unavailable), message: "the database \($0.database): \($0.reason)")
            }
            + roll.notes.map { .warning(subject, $0) }
    }

    private func check(_ database: ServerDatabase) async throws -> [CheckFinding] {
        let name = database.name.text
        let wanting = wanting(database)
        let own = connection.with(database: name)
        let outcome = try await DatabaseCheck(
            context: context, subject: "\(subject)/\(name)", connection: own,
            jobs: wanting.map { (name: $0.name, settings: $0.settings) }
        ).run()
        let proving = verifyJobs.filter { verify in
            verify.job.databases.selects(database.name) && wanting.contains { $0.name == verify.job.of }
        }
        return outcome.findings
            + (try await ContentChecksCheck(context: context, connection: own, jobs: proving).run())
    }
}
