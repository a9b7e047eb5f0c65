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
        let total = Stopwatch()
        var findings: Findings
        do {
            findings = try await DumpBytes(dump: dump, tools: context.tools).with { try await prove($0) }
        } catch let error as any UserFacingError where error.category == .damaged {
            findings = Findings()
            findings.checks = [
                .failed(.objects, expected: Self.whole, found: error.message, details: [error.hint].compactMap { $0 })
            ]
        }
        findings.seconds.total = total.seconds
        return report(findings)
    }

    private static let whole = "a dump that is complete to the last byte"

    private func prove(_ recognised: DumpBytes.Recognised) async throws -> Findings {
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
        let result = try await self.restore(recognised, in: place)
        findings.seconds.data = restore.seconds
        for note in result.script.notes { warnings.add(note) }
        findings.checks = checks(of: result, recognised)
        guard result.damage == nil, result.script.refusal == nil else { return findings }
        context.reporter.report(
            .phase("comparing rows, definitions, sequences, indexes and constraints with the dump's"))
        let checks = Stopwatch()
        let dumpMajor = recognised.facts.programVersion.flatMap { PostgresVersion(in: $0)?.major }
        findings.checks += try await ForeignChecks(
            place: place, databases: result.script.databases, dumpMajor: dumpMajor,
            encoding: recognised.facts.encoding, context: context
        ).run()
        findings.seconds.checks = checks.seconds
        return findings
    }

    // MARK: - Restore

    private struct Restored: Sendable {
        var script: ScriptRun.Findings
        var contents: TableOfContents?
        /// Why the dump is not whole.
        var damage: String?
    }

    private func restore(_ recognised: DumpBytes.Recognised, in place: ForeignPlace) async throws -> Restored {
        let source = DumpScript(
            dump: dump, recognised: recognised, pgRestore: try await pgRestore(recognised, place), context: context)
        let run = ScriptRun(place: place, context: context)
        do {
            let (contents, _) = try await Relay.run(
                produce: { try await source.produce($0) },
                consume: { next in try await run.run(ScriptReader(next)) })
            return Restored(script: run.findings, contents: contents)
        } catch let error as ScriptFault {
            return Restored(script: run.findings, damage: "\(dump.name), \(error.message)")
        } catch let error as ArchiveError where error.category == .damaged {
            return Restored(script: run.findings, damage: error.message)
        }
    }

    /// The server's own where that can read the archive: a newer one writes settings that the server does not know.
    private func pgRestore(_ recognised: DumpBytes.Recognised, _ place: ForeignPlace) async throws -> ClientTool? {
        guard !recognised.form.isScript else { return nil }
        let dumpMajor = recognised.facts.programVersion.flatMap { PostgresVersion(in: $0)?.major } ?? 0
        let major = max(place.version.major, dumpMajor)
        return try await context.tools.client(.pgRestore, forServer: PostgresVersion(major: major, minor: 0))
    }

    // MARK: - Report

    private func checks(of result: Restored, _ recognised: DumpBytes.Recognised) -> [VerificationCheck] {
        let expected = "restored without an error"
        var checks: [VerificationCheck] = []
        if let damage = result.damage {
            checks.append(
                .failed(
                    .objects, expected: Self.whole, found: damage,
                    details: ["Restore from another dump; this one may be of use for what stands before the fault."]))
        } else {
            checks.append(.passed(.objects, expected: Self.whole, found: recognised.description))
            checks.append(contentsCheck(result))
            checks.append(globalsCheck(result))
        }
        if let refusal = result.script.refusal {
            checks.append(.failed(.restore, expected: expected, found: "\(dump.name), \(refusal)"))
        } else if result.damage == nil {
            checks.append(.passed(.restore, expected: expected, found: expected))
        }
        return checks
    }

    private func contentsCheck(_ result: Restored) -> VerificationCheck {
        let announced = result.script.databases.reduce(0) { $0 + $1.entries.count }
        guard announced > 0 || result.script.rolesMade > 0 || result.script.refusal != nil else {
            return .failed(
                .contents, expected: "a dump with something in it", found: "0 entries",
                details: ["It is complete, and there is nothing in it: its source was an empty database, or another."])
        }
        guard let contents = result.contents else {
            return .passed(.contents, expected: "comments that announce entries", found: "\(announced) entries")
        }
        return .passed(
            .contents, expected: "a readable table of contents", found: "\(contents.entries.count) entries")
    }

    private func globalsCheck(_ result: Restored) -> VerificationCheck {
        let script = result.script
        let standIns =
            script.standIns.isEmpty
            ? []
            : ["stand-ins were made for roles that the dump only names: \(script.standIns.joined(separator: ", "))"]
        guard script.rolesMade > 0 else {
            return .skipped(.globals, because: (["the dump makes no roles"] + standIns).joined(separator: "; "))
        }
        return .passed(
            .globals, expected: "roles made as the dump has them", found: "\(script.rolesMade) roles made",
            details: standIns)
    }

    private func report(_ findings: Findings) -> VerificationReport {
        let made = Set(findings.checks.map(\.name))
        let skipped = VerificationCheck.Name.allCases.filter { !made.contains($0.rawValue) }.map {
            VerificationCheck.skipped($0, because: "an earlier check failed")
        }
        let isFailed = findings.checks.contains { $0.verdict == .failed }
        return VerificationReport(
            outcome: isFailed ? .failed : .succeeded, backup: dump.name, url: dump.url, manifestSHA256: "",
            runID: context.runID.description, verifiedAt: CivilTime(context.clock.now),
            checks: findings.checks + skipped, seconds: findings.seconds, serverVersion: findings.serverVersion,
            scratchDatabase: findings.scratchDatabase, warnings: warnings.all, format: findings.format ?? "unknown")
    }
}
