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

    /// All findings, in the order of the job file: the history, databases, then stores. Throws on cancellation only.
    package func run() async throws -> [CheckFinding] {
        let databases = try await Self.concurrently(configuration.databases) { try await check($0) }
        let stores = try await Self.concurrently(configuration.stores) { try await check($0) }
        let state = try await StateCheck(context: context, place: configuration.daemon.state, targets: targets).run()
        return ([state] + databases + stores).flatMap(Self.withoutRepetitions)
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
            var primary: ServerFacts?
            if target.readURL != nil {
                // The job's lock is taken there; without it backups go on with a warning.
                let outcome = try await self.primary(target, subject)
                (primary, findings) = (outcome.facts, outcome.findings)
            }
            let several = severalJobs(of: target)
            let connection = try targets.source(of: target)
            let outcome = try await DatabaseCheck(
                context: context, subject: subject, connection: several.isEmpty ? connection : connection.forAsking,
                jobs: jobs(of: target)
            ).run()
            source = outcome.facts
            findings += outcome.findings
            if let primary, let source { findings += standby(source, of: primary, subject) }
            findings += try await CleanCheck(
                context: context, subject: subject, connection: try targets.primary(of: target),
                jobs: cleanJobs(of: target)
            ).run()
            findings += try await ContentChecksCheck(
                context: context, connection: connection, jobs: verifyJobs(of: jobs(of: target).map(\.name))
            ).run()
            findings += try await DatabasesCheck(
                context: context, subject: subject, connection: connection, jobs: several,
                verifyJobs: verifyJobs(of: several.map(\.name))
            ).run()
        } catch let error as CancellationError {
            throw error
        } catch {
            findings.append(.fault(subject, error))
        }
        return findings + scripts(of: target) + (try await maintenance(target, subject))
            + (try await advice(target, subject)) + (try await scratch(target, source))
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
            guard case .backup(let backup) = job.kind, backup.database == target.name,
                backup.databases == nil
            else { return nil }
            return (job.name, backup.settings)
        }
    }

    /// Those that back up several databases of its server.
    private func severalJobs(of target: DatabaseTarget) -> [DatabasesCheck.Job] {
        configuration.jobs.compactMap { job in
            guard case .backup(let backup) = job.kind, backup.database == target.name, let selection = backup.databases
            else { return nil }
            return DatabasesCheck.Job(name: job.name, settings: backup.settings, selection: selection)
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

    private func advice(_ target: DatabaseTarget, _ subject: String) async throws -> [CheckFinding] {
        let jobs = configuration.jobs.compactMap { job -> (name: String, settings: AdviseJob)? in
            guard case .advise(let settings) = job.kind, settings.database == target.name else { return nil }
            return (job.name, settings)
        }
        guard !jobs.isEmpty else { return [] }
        return try await AdviseCheck(
            context: context, subject: subject, target: target, targets: targets, jobs: jobs
        ).run()
    }

    private func cleanJobs(of target: DatabaseTarget) -> [(name: String, job: CleanJob)] {
        configuration.jobs.compactMap { job in
            guard case .clean(let clean) = job.kind, clean.database == target.name else { return nil }
            return (job.name, clean)
        }
    }

    private func primary(_ target: DatabaseTarget, _ subject: String) async throws -> DatabaseCheck.Outcome {
        do {
            let session = try await Session.openForLooking(
                try targets.primary(of: target), applicationName: context.applicationName)
            let facts = try? await ServerFacts.gather(session)
            await session.close()
            let protection = CheckFinding.protection(of: session.server, "\(subject), the primary")
            return DatabaseCheck.Outcome(findings: [protection].compactMap { $0 }, facts: facts)
        } catch let error as CancellationError {
            throw error
        } catch {
            let fault = CheckFinding.fault(subject, error)
            let warning = CheckFinding.warning(
                subject, "the primary: \(fault.message)",
                advice: fault.advice ?? "Without it nothing keeps two hosts from making the same backup at once.")
            return DatabaseCheck.Outcome(findings: [warning], facts: nil)
        }
    }

    /// Whether `read_url` names a standby of what `url` names. What a role may not ask is passed over.
    private func standby(_ source: ServerFacts, of primary: ServerFacts, _ subject: String) -> [CheckFinding] {
        if let here = source.systemIdentifier, let there = primary.systemIdentifier, here != there {
            return [
                CheckFinding(
                    subject: subject, level: .fault(.configuration),
                    message: "read_url names another system (\(here)) than url (\(there)): no standby of it",
                    advice: "Backups would be of another database: name a standby of the server in url.")
            ]
        }
        var findings: [CheckFinding] = []
        if !source.isInRecovery {
            findings.append(
                .warning(
                    subject, "read_url names a server that is no standby: backups read from the primary itself",
                    advice: "Name a standby, or leave read_url out."))
        }
        if primary.isInRecovery {
            findings.append(
                .warning(
                    subject, "url names a standby: a lock there keeps no other host from making the same backup",
                    advice: "Name the primary as url; the standby goes into read_url."))
        }
        return findings
    }

    /// What is missing for proofs is a fault only where a job makes them.
    private func scratch(_ target: DatabaseTarget, _ source: ServerFacts?) async throws -> [CheckFinding] {
        let subject = "proofs of \(target.name)"
        let findings: [CheckFinding]
        do {
            findings = try await ScratchCheck(
                context: context, subject: subject, source: source, server: try targets.scratchServer(of: target),
                amcheckJobs: proofs(of: target).filter(\.job.runsAmcheck).map(\.name)
            ).run()
        } catch let error as SecretError {
            findings = [.fault(subject, error)]
        }
        guard proofs(of: target).isEmpty else { return findings }
        return findings.map { finding in
            CheckFinding(
                subject: finding.subject, level: finding.isFault ? .warning : finding.level, message: finding.message,
                advice: finding.advice, statements: finding.statements)
        }
    }

    private func proofs(of target: DatabaseTarget) -> [(name: String, job: VerifyJob)] {
        verifyJobs(of: jobs(of: target).map(\.name) + severalJobs(of: target).map(\.name))
    }

    private func verifyJobs(of names: [String]) -> [(name: String, job: VerifyJob)] {
        configuration.jobs.compactMap { job in
            guard case .verify(let verify) = job.kind, names.contains(verify.of) else { return nil }
            return (job.name, verify)
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
