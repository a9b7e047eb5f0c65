import Archive
import JobModel

/// What a verification looks at because somebody asked for it, once the restored database has been compared with the backup.
struct RequestedChecks: Sendable {
    let context: OperationContext
    let source: BackupSource
    let contents: TableOfContents
    let scratch: ScratchServer.Database
    let settings: VerifySettings
    let seconds: VerificationReport.Seconds
    let warnings: Warnings

    /// In the order of ``VerifySettings/requestedNames``.
    func run() async throws -> [VerificationCheck] {
        var results = try await contentChecks()
        if settings.runsAmcheck {
            context.reporter.report(.phase("reading all tables and indexes by pg_amcheck"))
            results.append(
                try await AmcheckRun(
                    context: context, scratch: scratch, jobs: settings.jobs, warnings: warnings
                ).run())
        }
        if let budget = settings.timeBudget { results.append(TimeBudget(budget: budget, seconds: seconds).check()) }
        return results
    }

    private func contentChecks() async throws -> [VerificationCheck] {
        let checks = settings.checks
        guard !checks.isEmpty else { return [] }
        context.reporter.report(.phase("making \(checks.count) check\(checks.count == 1 ? "" : "s") by SQL"))
        return try await CheckSession.with(
            scratch, ownsServer: settings.server == nil, manifest: source.manifest, contents: contents,
            context: context
        ) { opened in
            try await ContentChecks(
                checks: checks, snapshot: source.manifest.snapshot.takenAt, session: opened.session
            ).run()
        }
    }
}
