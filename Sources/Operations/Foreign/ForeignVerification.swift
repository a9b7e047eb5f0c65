import Archive
import JobModel
import ObjectStorage
import Postgres

/// Restores a dump that dbops has not made, and makes every check that is possible without a manifest.
///
/// A plain SQL dump is a program: it runs in a throw-away cluster, or on the server that was named for it, and never
/// through psql. Nothing is written beside the dump.
package struct ForeignVerification: Sendable {
    private let context: OperationContext
    private let dump: ForeignDump
    private let settings: VerifySettings
    private let warnings: Warnings

    package init(context: OperationContext, dump: ForeignDump, settings: VerifySettings) {
        self.context = context
        self.dump = dump
        self.settings = settings
        warnings = Warnings(reporter: context.reporter)
    }

    /// A check that fails makes a report with the outcome *failed*; what keeps the verification from being made at all
    /// is thrown.
    package func execute() async throws -> VerificationReport {
        try await context.logged("verify", on: dump.url) { try await verify() }
    }

    /// What is known so far.
    private struct Findings: Sendable {
        var checks: [VerificationCheck] = []
        var seconds = VerificationReport.Seconds()
        var serverVersion = ""
        var scratchDatabase: String?
        var format: String?
    }

    private func verify() async throws -> VerificationReport {
        try settings.requireQueries()
        let total = Stopwatch()
        var findings: Findings
        do {
            findings = try await DumpBytes(dump: dump, tools: context.tools).with { try await prove($0) }
        } catch let error as any UserFacingError where error.category == .damaged {
            findings = Findings()
            findings.checks = [
                .failed(
                    .objects, expected: ForeignRestore.whole, found: error.message,
                    details: [error.hint].compactMap { $0 })
            ]
        }
        findings.seconds.total = total.seconds
        return report(findings)
    }

    private func prove(_ recognised: DumpBytes.Recognised) async throws -> Findings {
        try settings.requireDatabase(of: recognised.form == .cluster ? .cluster : .database)
        context.reporter.report(.phase("reading \(dump.name): \(recognised.description)"))
        if BackupID(dump.name) != nil {
            warnings.add(
                "\(dump.name) is called as a backup of dbops, and holds no manifest.json: it is judged as a dump of pg_dump"
            )
        }
        return try await ForeignScratch(context: context, recognised: recognised, settings: settings).with { place in
            try await prove(recognised, in: place)
        }
    }

    private func prove(_ recognised: DumpBytes.Recognised, in place: ForeignPlace) async throws -> Findings {
        var findings = Findings()
        findings.format = recognised.description
        findings.serverVersion = place.version.description
        findings.seconds.server = place.secondsToMake
        findings.scratchDatabase = settings.keepsScratchDatabase ? place.keptPlace : nil
        context.reporter.report(.phase("restoring \(dump.name)"))
        let restore = Stopwatch()
        let result = try await ForeignRestore(
            dump: dump, recognised: recognised, place: place, context: context
        ).run()
        findings.seconds.data = restore.seconds
        for note in result.script.notes { warnings.add(note) }
        findings.checks = result.checks(of: dump, recognised)
        guard result.damage == nil, result.script.refusal == nil else { return findings }
        context.reporter.report(
            .phase("comparing rows, definitions, sequences, indexes and constraints with the dump's"))
        let checks = Stopwatch()
        let dumpMajor = recognised.facts.programVersion.flatMap { PostgresVersion(in: $0)?.major }
        findings.checks += try await ForeignChecks(
            place: place, databases: result.script.databases, dumpMajor: dumpMajor,
            encoding: recognised.facts.encoding, context: context
        ).run()
        findings.checks += try await RequestedChecks(
            context: context,
            subject: CheckSubject(
                result.script.databases, asking: settings.checkedDatabase, in: place, seconds: findings.seconds),
            settings: settings, warnings: warnings
        ).run()
        findings.seconds.checks = checks.seconds
        return findings
    }

    // MARK: - Report

    private func report(_ findings: Findings) -> VerificationReport {
        let isFailed = findings.checks.contains { $0.verdict == .failed }
        return VerificationReport(
            outcome: isFailed ? .failed : .succeeded, backup: dump.name, url: dump.url, manifestSHA256: "",
            runID: context.runID.description, verifiedAt: CivilTime(context.clock.now),
            checks: settings.all(findings.checks), seconds: findings.seconds, serverVersion: findings.serverVersion,
            scratchDatabase: findings.scratchDatabase, warnings: warnings.all, format: findings.format ?? "unknown")
    }
}
