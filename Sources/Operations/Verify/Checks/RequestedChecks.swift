import JobModel

/// What a verification looks at because somebody asked for it, once what was restored has been compared with its source.
struct RequestedChecks: Sendable {
    let context: OperationContext
    let subject: CheckSubject
    let settings: VerifySettings
    let warnings: Warnings

    /// In the order of ``VerifySettings/requestedNames``.
    func run() async throws -> [VerificationCheck] {
        var results = try await contentChecks()
        if settings.runsAmcheck {
            context.reporter.report(.phase("reading all tables and indexes by pg_amcheck"))
            results.append(
                try await AmcheckRun(
                    context: context, databases: subject.databases, jobs: settings.jobs, warnings: warnings
                ).run())
        }
        if let budget = settings.timeBudget {
            results.append(TimeBudget(budget: budget, restore: subject.restore).check())
        }
        return results
    }

    private func contentChecks() async throws -> [VerificationCheck] {
        let checks = settings.checks
        guard !checks.isEmpty else { return [] }
        switch subject.asked {
        case .missing(let words):
            return checks.map {
                VerificationCheck(name: $0.name, verdict: .failed, expected: $0.expectedText, found: words)
            }
        case .database(let database):
            context.reporter.report(.phase("making \(checks.count) check\(checks.count == 1 ? "" : "s") by SQL"))
            return try await CheckSession.with(
                database, settings: subject.sessionSettings, context: context
            ) { opened in
                try await ContentChecks(checks: checks, snapshot: subject.snapshot, session: opened.session).run()
            }
        }
    }
}
