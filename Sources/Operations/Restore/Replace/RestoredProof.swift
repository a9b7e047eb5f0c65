import Archive
import JobModel
import Postgres

/// The checks of a verification, of a database that a backup was restored into for real.
struct RestoredProof: Sendable {
    let ground: RestoreGround
    /// All of the backup, but for what the target cannot take.
    let part: RestorePart
    let target: ConnectionInfo

    func run() async throws -> [VerificationCheck] {
        let (context, source, jobs) = (ground.context, part.source, ground.request.jobs)
        context.reporter.report(.phase("proving the restored database: rows, definitions, sequences, indexes"))
        async let definitions = compareDefinitions()
        var checks = [
            try await RowsCheck(source: source, target: target, context: context, jobs: jobs).run(),
            try await LargeObjectsCheck(source: source, target: target, context: context, jobs: jobs).run(),
        ]
        checks += try await definitions
        return checks
    }

    private func compareDefinitions() async throws -> [VerificationCheck] {
        let (contents, manifest) = (part.contents, part.manifest)
        let session = try await ground.openSession(target)
        let (facts, version) = try await session.closing { session in
            (try await ServerFacts.gather(session), PostgresVersion(number: session.server.versionNumber))
        }
        let pgDump = try await ground.context.tools.client(.pgDump, forServer: version)
        let restored = try await TOCHarvest(
            pgDump: pgDump, connection: target, filters: manifest.archive.filters,
            encoding: manifest.archiveEncoding.text
        ).run(snapshot: nil)
        return [
            Inventory(
                backup: contents, restored: restored, otherMajor: pgDump.version.major != manifest.client.pgDumpMajor,
                fromStandby: manifest.snapshot.inRecovery
            ).check(),
            SequenceComparison(backup: contents, restored: restored).check(),
            ValidityCheck.compare(
                manifest: manifest, invalidIndexes: facts.invalidIndexNames,
                unvalidatedConstraints: facts.unvalidatedConstraintNames),
        ]
    }
}
