package import JobModel
import ObjectStorage
package import Postgres

/// Whether a database can be dumped: reachable, past no pooler, with fitting programs, and every row of it readable.
package struct DatabaseCheck: Sendable {
    private let context: OperationContext
    private let subject: String
    private let connection: ConnectionInfo
    private let jobs: [(name: String, settings: BackupSettings)]

    /// `jobs` are the backup jobs of this database: each is tried up to the point where it would copy.
    package init(
        context: OperationContext, subject: String, connection: ConnectionInfo,
        jobs: [(name: String, settings: BackupSettings)]
    ) {
        self.context = context
        self.subject = subject
        self.connection = connection
        self.jobs = jobs
    }

    /// What the server is, for checks that build on it; nil where it could not be asked.
    package struct Outcome: Sendable {
        package var findings: [CheckFinding]
        package var facts: ServerFacts?
    }

    /// Never throws but on cancellation: what fails is a finding.
    package func run() async throws -> Outcome {
        var outcome = Outcome(findings: [], facts: nil)
        do {
            let session = try await Session.openForLooking(connection, applicationName: context.applicationName)
            do {
                try await look(session, &outcome)
            } catch {
                await session.close()
                throw error
            }
            await session.close()
        } catch let error as CancellationError {
            throw error
        } catch {
            outcome.findings.append(.fault(subject, error))
        }
        return outcome
    }

    private func look(_ session: Session, _ outcome: inout Outcome) async throws {
        try await session.refusePooler()
        let facts = try await ServerFacts.gather(session)
        outcome.facts = facts
        let kind = facts.isInRecovery ? "a standby" : "the primary"
        outcome.findings.append(
            .good(
                subject,
                "reachable as \(facts.currentUser): PostgreSQL \(facts.version) at \(connection.displayText), \(kind)"))
        if let protection = CheckFinding.protection(of: session.server, subject) { outcome.findings.append(protection) }
        if facts.isInRecovery { outcome.findings += try await StandbyCheck(subject: subject).run(on: session) }
        outcome.findings += try await tools(for: facts.version)
        let gaps = try await PrivilegeGaps.gather(on: session, role: facts.currentUser)
        let trials = try await trials(hasTools: !outcome.findings.contains { $0.isFault })
        outcome.findings += findings(of: gaps, facts, trials)
    }

    /// pg_dump for backups, pg_restore for the self-check of their table of contents.
    private func tools(for server: PostgresVersion) async throws -> [CheckFinding] {
        var findings: [CheckFinding] = []
        for name in [ClientTool.Name.pgDump, .pgRestore] {
            do {
                let tool = try await context.tools.client(name, forServer: server)
                findings.append(.good(subject, "\(name.rawValue) \(tool.version) at \(tool.path)"))
                if let warning = tool.warning(forServer: server) { findings.append(.warning(subject, warning)) }
            } catch let error as PostgresError {
                findings.append(.fault(subject, error))
            }
        }
        return findings
    }

    // MARK: - Rows

    /// A check does not wait long for somebody's lock.
    private static let lockWait = Duration.seconds(5)

    /// How a job's dry run ended.
    private struct Trial {
        let job: String
        let result: Result<BackupPreview, any Error>
    }

    private func trials(hasTools: Bool) async throws -> [Trial] {
        guard hasTools else { return [] }
        var trials: [Trial] = []
        for job in jobs {
            var settings = job.settings
            settings.lockWait = min(settings.lockWait, Self.lockWait)
            // A preview writes nowhere.
            let operation = BackupOperation(
                context: context, connection: connection, store: DirectoryStore(path: context.temporaryDirectory),
                job: job.name, settings: settings)
            do {
                trials.append(Trial(job: job.name, result: .success(try await operation.preview())))
            } catch let error as CancellationError {
                throw error
            } catch {
                trials.append(Trial(job: job.name, result: .failure(error)))
            }
        }
        return trials
    }

    private func findings(of gaps: PrivilegeGaps, _ facts: ServerFacts, _ trials: [Trial]) -> [CheckFinding] {
        var findings: [CheckFinding] = []
        // A job that leaves the objects out does without the privileges.
        let isHarmless = !trials.isEmpty && trials.allSatisfy { (try? $0.result.get()) != nil }
        let level = isHarmless ? CheckFinding.Level.warning : .fault(.permission)
        if !gaps.isEmpty {
            findings.append(
                CheckFinding(
                    subject: subject, level: level,
                    message: "\(facts.currentUser) may not read \(gaps.summary)"
                        + (isHarmless ? "; no job's backup holds them" : ""),
                    advice: "Run this in the database \(facts.database), as a superuser or the objects' owner; or, for "
                        + "tables and sequences of now and later: GRANT pg_read_all_data TO "
                        + "\(facts.currentUser.quotedAsIdentifier);",
                    statements: gaps.grants))
        }
        if !gaps.hiddenTables.isEmpty {
            findings.append(
                CheckFinding(
                    subject: subject, level: level,
                    message: "row-level security would hide rows of \(gaps.hiddenSummary) from \(facts.currentUser)",
                    advice: "Run this as a superuser; or let the tables' owner make the backup.",
                    statements: gaps.bypass))
        }
        if gaps.isEmpty, gaps.hiddenTables.isEmpty { findings.append(.good(subject, "every row can be read")) }
        return findings
            + trials.flatMap { trial in
                self.findings(of: trial, isExplained: !gaps.isEmpty || !gaps.hiddenTables.isEmpty)
            }
    }

    private func findings(of trial: Trial, isExplained: Bool) -> [CheckFinding] {
        switch trial.result {
        case .success(let preview):
            let count = "\(preview.tables.count) table\(preview.tables.count == 1 ? "" : "s")"
            return [.good(subject, "the job \(trial.job) would copy \(count)")]
                + preview.warnings.map { .warning(subject, $0) }
        case .failure(let error):
            if isExplained, (error as? any UserFacingError)?.category == .permission { return [] }
            let fault = CheckFinding.fault(subject, error)
            return [
                CheckFinding(
                    subject: subject, level: fault.level, message: "the job \(trial.job): \(fault.message)",
                    advice: fault.advice)
            ]
        }
    }
}

extension CheckFinding {
    var isFault: Bool {
        if case .fault = level { return true }
        return false
    }
}
