package import JobModel
import Postgres

/// `dbops check --connect`: everything that the job file names, tried.
package struct TargetsCheck: Sendable {
    private let context: OperationContext
    private let configuration: Configuration
    private let targets: TargetOpener

    package init(context: OperationContext, configuration: Configuration, targets: TargetOpener) {
        self.context = context
        self.configuration = configuration
        self.targets = targets
    }

    /// All findings, in the order of the job file: databases, then stores. Throws on cancellation only.
    package func run() async throws -> [CheckFinding] {
        let databases = try await Self.concurrently(configuration.databases) { try await check($0) }
        let stores = try await Self.concurrently(configuration.stores) { try await check($0) }
        return (databases + stores).flatMap(Self.withoutRepetitions)
    }

    private static func concurrently<Item: Sendable>(
        _ items: [Item], _ check: @escaping @Sendable (Item) async throws -> [CheckFinding]
    ) async throws -> [[CheckFinding]] {
        try await withThrowingTaskGroup(of: (Int, [CheckFinding]).self) { group in
            for (index, item) in items.enumerated() { group.addTask { (index, try await check(item)) } }
            var results = [[CheckFinding]](repeating: [], count: items.count)
            for try await (index, findings) in group { results[index] = findings }
            return results
        }
    }

    /// The check and a job's dry run may warn of the same.
    private static func withoutRepetitions(_ findings: [CheckFinding]) -> [CheckFinding] {
        findings.enumerated().filter { !findings[..<$0.offset].contains($0.element) }.map(\.element)
    }

    // MARK: - Databases

    private func check(_ target: DatabaseTarget) async throws -> [CheckFinding] {
        let subject = "database \(target.name)"
        var source: ServerFacts?
        var findings: [CheckFinding] = []
        do {
            if target.readURL != nil {
                // The job's lock is taken there; without it backups go on with a warning.
                findings += try await primary(target, subject)
            }
            let outcome = try await DatabaseCheck(
                context: context, subject: subject, connection: try targets.source(of: target),
                jobs: jobs(of: target)
            ).run()
            source = outcome.facts
            findings += outcome.findings
            findings += try await CleanCheck(
                context: context, subject: subject, connection: try targets.primary(of: target),
                jobs: cleanJobs(of: target)
            ).run()
        } catch let error as CancellationError {
            throw error
        } catch {
            findings.append(.fault(subject, error))
        }
        return findings + scripts(of: target) + (try await maintenance(target, subject))
            + (try await scratch(target, source))
    }

    /// Whether the statements of the jobs of kind sql can be read and split; nothing is sent.
    private func scripts(of target: DatabaseTarget) -> [CheckFinding] {
        configuration.jobs.compactMap { job in
            guard case .sql(let settings) = job.kind, settings.database == target.name else { return nil }
            do throws(SQLJobError) {
                let count = try SQLScript.read(settings).statements.count
                return .good(
                    "job \(job.name)", "\(count) statement\(count == 1 ? "" : "s"), mode \(settings.mode.rawValue)")
            } catch {
                return .fault("job \(job.name)", error)
            }
        }
    }

    private func jobs(of target: DatabaseTarget) -> [(name: String, settings: BackupSettings)] {
        configuration.jobs.compactMap { job in
            guard case .backup(let backup) = job.kind, backup.database == target.name else { return nil }
            return (job.name, backup.settings)
        }
    }

    private func maintenance(_ target: DatabaseTarget, _ subject: String) async throws -> [CheckFinding] {
        let jobs = configuration.jobs.compactMap { job -> (name: String, settings: MaintainJob)? in
            guard case .maintain(let settings) = job.kind, settings.database == target.name else { return nil }
            return (job.name, settings)
        }
        guard !jobs.isEmpty else { return [] }
        do {
            return try await MaintainCheck(
                context: context, subject: subject, primary: try targets.primary(of: target), jobs: jobs
            ).run()
        } catch let error as CancellationError {
            throw error
        } catch {
            return [.fault(subject, error)]
        }
    }

    private func cleanJobs(of target: DatabaseTarget) -> [(name: String, job: CleanJob)] {
        configuration.jobs.compactMap { job in
            guard case .clean(let clean) = job.kind, clean.database == target.name else { return nil }
            return (job.name, clean)
        }
    }

    private func primary(_ target: DatabaseTarget, _ subject: String) async throws -> [CheckFinding] {
        do {
            let session = try await Session.open(
                try targets.primary(of: target), applicationName: context.applicationName)
            await session.close()
            return []
        } catch let error as CancellationError {
            throw error
        } catch {
            let fault = CheckFinding.fault(subject, error)
            return [
                .warning(
                    subject, "the primary: \(fault.message)",
                    advice: fault.advice ?? "Without it nothing keeps two hosts from making the same backup at once.")
            ]
        }
    }

    /// What is missing for proofs is a fault only where a job makes them.
    private func scratch(_ target: DatabaseTarget, _ source: ServerFacts?) async throws -> [CheckFinding] {
        let subject = "proofs of \(target.name)"
        let findings: [CheckFinding]
        do {
            findings = try await ScratchCheck(
                context: context, subject: subject, source: source, server: try targets.scratchServer(of: target)
            ).run()
        } catch let error as SecretError {
            findings = [.fault(subject, error)]
        }
        guard !isProven(target) else { return findings }
        return findings.map { finding in
            CheckFinding(
                subject: finding.subject, level: finding.isFault ? .warning : finding.level, message: finding.message,
                advice: finding.advice, statements: finding.statements)
        }
    }

    private func isProven(_ target: DatabaseTarget) -> Bool {
        let names = jobs(of: target).map(\.name)
        return configuration.jobs.contains { job in
            if case .verify(let verify) = job.kind { names.contains(verify.of) } else { false }
        }
    }

    // MARK: - Stores

    private func check(_ target: StoreTarget) async throws -> [CheckFinding] {
        let subject = "store \(target.name)"
        do {
            return try await StoreCheck(
                store: try targets.store(target), subject: subject, runID: context.runID
            ).run()
        } catch let error as CancellationError {
            throw error
        } catch {
            return [.fault(subject, error)]
        }
    }
}
