import Archive
import JobModel
import Postgres

/// Runs a foreign dump in the place that was made for it, and reads it to its end.
struct ForeignRestore: Sendable {
    static let whole = "a dump that is complete to the last byte"

    let dump: ForeignDump
    let recognised: DumpBytes.Recognised
    let place: ForeignPlace
    let context: OperationContext

    /// What came of it.
    struct Restored: Sendable {
        var script: ScriptFindings
        var contents: TableOfContents?
        /// Why the dump is not whole.
        var damage: String?
    }

    func run() async throws -> Restored {
        let source = DumpScript(
            dump: dump, recognised: recognised, pgRestore: try await pgRestore(), context: context)
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
    private func pgRestore() async throws -> ClientTool? {
        guard !recognised.form.isScript else { return nil }
        let dumpMajor = recognised.facts.programVersion.flatMap { PostgresVersion(in: $0)?.major } ?? 0
        let major = max(place.version.major, dumpMajor)
        return try await context.tools.client(.pgRestore, forServer: PostgresVersion(major: major, minor: 0))
    }
}

extension ForeignRestore.Restored {
    /// Of what was read and run; what is there afterwards is for ``ForeignChecks``.
    func checks(of dump: ForeignDump, _ recognised: DumpBytes.Recognised) -> [VerificationCheck] {
        let expected = "restored without an error"
        var checks: [VerificationCheck] = []
        if let damage {
            checks.append(
                .failed(
                    .objects, expected: ForeignRestore.whole, found: damage,
                    details: ["Restore from another dump; this one may be of use for what stands before the fault."]))
        } else {
            checks.append(.passed(.objects, expected: ForeignRestore.whole, found: recognised.description))
            checks.append(contentsCheck())
            checks.append(globalsCheck())
        }
        if let refusal = script.refusal {
            checks.append(.failed(.restore, expected: expected, found: "\(dump.name), \(refusal)"))
        } else if damage == nil {
            checks.append(.passed(.restore, expected: expected, found: expected))
        }
        return checks
    }

    private func contentsCheck() -> VerificationCheck {
        let announced = script.databases.reduce(0) { $0 + $1.entries.count }
        guard announced > 0 || script.rolesMade > 0 || script.refusal != nil else {
            return .failed(
                .contents, expected: "a dump with something in it", found: "0 entries",
                details: ["It is complete, and there is nothing in it: its source was an empty database, or another."])
        }
        guard let contents else {
            return .passed(.contents, expected: "comments that announce entries", found: "\(announced) entries")
        }
        return .passed(
            .contents, expected: "a readable table of contents", found: "\(contents.entries.count) entries")
    }

    private func globalsCheck() -> VerificationCheck {
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
}
