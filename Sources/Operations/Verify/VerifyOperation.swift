import Archive
import JobModel
import ObjectStorage
import Postgres

/// Restores a backup into a scratch database and proves, row by row, that it is what was dumped.
///
/// The scratch database, and the throw-away cluster where there is one, go whatever happens.
package struct VerifyOperation: Sendable {
    private let context: OperationContext
    private let source: BackupSource
    private let settings: VerifySettings
    private let warnings: Warnings

    package init(context: OperationContext, source: BackupSource, settings: VerifySettings) {
        self.context = context
        self.source = source
        self.settings = settings
        warnings = Warnings(reporter: context.reporter)
    }

    /// A check that fails makes a report with the outcome *failed*; what keeps the verification from being made at
    /// all is thrown.
    package func execute() async throws -> VerificationReport {
        try await context.logged("verify", on: source.url) { try await verify() }
    }

    private func verify() async throws -> VerificationReport {
        try settings.requireQueries()
        try settings.requireDatabase(of: .database)
        let total = Stopwatch()
        var findings = Findings()
        do {
            try await prove(&findings)
        } catch let error as ArchiveError where error.category == .damaged {
            // In place of what the listing alone has shown.
            findings.checks.removeAll { $0.name == VerificationCheck.Name.objects.rawValue }
            findings.checks.insert(
                .failed(.objects, expected: "every object as the manifest says", found: error.message), at: 0)
        }
        findings.seconds.total = total.seconds
        let report = report(findings)
        await store(report)
        return report
    }

    /// What is known so far; kept apart so that a check that breaks off leaves what was found before.
    private struct Findings {
        var checks: [VerificationCheck] = []
        var seconds = VerificationReport.Seconds()
        var serverVersion = ""
        var scratchDatabase: String?

        var failed: Bool { checks.contains { $0.verdict == .failed } }
    }

    // MARK: - Steps

    private func prove(_ findings: inout Findings) async throws {
        context.reporter.report(.phase("checking the objects of \(source.url)"))
        let objects = ObjectsCheck(source: source)
        findings.checks.append(try await objects.listing())
        if findings.failed { return }
        try await objects.companions()
        let contents = try await readContents(&findings)
        if findings.failed { return }
        let part = RestorePart(all: source, contents).leavingOut(BoundExtension.found(in: contents))
        let proof = try await ScratchServer(
            context: context, manifest: part.manifest, contents: part.contents,
            globals: try await GlobalsRestore.of(source), settings: settings
        ).withDatabase(warnings: warnings) { scratch in
            try await prove(part, in: scratch, findings)
        }
        findings = proof
    }

    private func readContents(_ findings: inout Findings) async throws -> TableOfContents {
        let contents = try TableOfContents(parsing: try await source.readObject(named: TableOfContents.objectName))
        let expected = source.manifest.archive.tocEntries
        let (wanted, found) = ("\(expected) entries", "\(contents.entries.count) entries")
        let faults = try ContentsCoverage.faults(of: contents, source.manifest)
        findings.checks.append(
            contents.entries.count == expected && faults.isEmpty
                ? .passed(.contents, expected: wanted, found: found)
                : .failed(.contents, expected: wanted, found: found, details: faults))
        return contents
    }

    private func prove(
        _ part: RestorePart, in scratch: ScratchServer.Database, _ before: Findings
    ) async throws -> Findings {
        let (source, contents) = (part.source, part.contents)
        var findings = before
        findings.serverVersion = scratch.version.description
        findings.seconds.server = scratch.secondsToMake
        findings.scratchDatabase = settings.keepsScratchDatabase ? scratch.keptPlace : nil
        findings.checks.append(scratch.globals)
        guard try await restore(part, into: scratch, &findings) else { return findings }
        context.reporter.report(
            .phase("comparing rows, definitions, sequences, indexes and constraints with the backup's"))
        let checks = Stopwatch()
        async let definitions = compareDefinitions(part, in: scratch)
        findings.checks.append(
            try await RowsCheck(
                source: source, target: scratch.connection, context: context, jobs: settings.jobs
            ).run())
        findings.checks.append(
            try await LargeObjectsCheck(
                source: source, target: scratch.connection, context: context, jobs: settings.jobs
            ).run())
        findings.checks += try await definitions
        let database = RestoredDatabase(
            connection: scratch.connection, version: scratch.version, isInThrowAwayCluster: settings.server == nil)
        findings.checks += try await RequestedChecks(
            context: context,
            subject: CheckSubject(source.manifest, contents, in: database, seconds: findings.seconds),
            settings: settings, warnings: warnings
        ).run()
        findings.seconds.checks = checks.seconds
        if !findings.failed { await settings.inspect?(scratch.connection) }
        return findings
    }

    /// False where pg_restore found fault with the backup; a server that went away is thrown.
    private func restore(
        _ part: RestorePart, into scratch: ScratchServer.Database, _ findings: inout Findings
    ) async throws -> Bool {
        let restore = DatabaseRestore(
            context: context, source: part.source, contents: part.contents, target: scratch.connection,
            pgRestore: scratch.pgRestore,
            options: .init(jobs: settings.jobs, isScratch: true), warnings: warnings)
        let expected = "restored without an error"
        do {
            let timings = try await restore.run()
            findings.seconds.definitions = timings.definitions
            findings.seconds.data = timings.data
            findings.seconds.indexes = timings.indexes
            findings.checks.append(.passed(.restore, expected: expected, found: expected))
            return true
        } catch let error as any UserFacingError where Self.isFaultOfTheBackup(error) {
            findings.checks.append(.failed(.restore, expected: expected, found: error.message))
            return false
        }
    }

    /// Whether the server was there and refused what the backup holds.
    private static func isFaultOfTheBackup(_ error: any UserFacingError) -> Bool {
        switch error {
        case OperationError.restoreRefused, OperationError.rowCountDiffers: true
        case let error as PostgresError: error.isRefusalOfContents
        default: false
        }
    }

    private func compareDefinitions(
        _ part: RestorePart, in scratch: ScratchServer.Database
    ) async throws -> [VerificationCheck] {
        let harvest = TOCHarvest(
            pgDump: scratch.pgDump, connection: scratch.connection,
            filters: source.manifest.archive.filters,
            encoding: source.manifest.archiveEncoding.text)
        let restored = try await harvest.run(snapshot: nil)
        let otherMajor = scratch.pgDump.version.major != source.manifest.client.pgDumpMajor
        return [
            Inventory(
                backup: part.contents, restored: restored, otherMajor: otherMajor,
                fromStandby: source.manifest.snapshot.inRecovery,
                leftOut: part.leftOut?.sentences(source.manifest) ?? []
            ).check(),
            SequenceComparison(backup: part.contents, restored: restored).check(),
            try await ValidityCheck(manifest: source.manifest).run(
                on: scratch, applicationName: context.applicationName),
        ]
    }

    private func report(_ findings: Findings) -> VerificationReport {
        return VerificationReport(
            outcome: findings.failed ? .failed : .succeeded, backup: source.manifest.backup.description,
            url: source.url, manifestSHA256: source.manifestSHA256, runID: context.runID.description,
            verifiedAt: CivilTime(context.clock.now), checks: settings.all(findings.checks), seconds: findings.seconds,
            serverVersion: findings.serverVersion, scratchDatabase: findings.scratchDatabase, warnings: warnings.all)
    }

    /// A store that takes no evidence does not make a proven backup worse.
    private func store(_ report: VerificationReport) async {
        guard settings.storesEvidence else { return }
        do {
            try await VerificationEvidence(of: source.folder, in: source.store).write(report)
        } catch {
            let reason = (error as? any UserFacingError)?.message ?? "\(error)"
            warnings.add("the evidence could not be stored beside the backup: \(reason)")
        }
    }
}
