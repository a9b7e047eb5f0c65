import JobModel
import Postgres

/// Carries out what a survey has decided: the leftovers and tables, then the indexes as they are after that, then what
/// closes a run.
struct MaintainExecution: Sendable {
    let survey: MaintainSurvey.Result
    let run: MaintainRun
    let window: MaintainWindow
    let reporter: any ProgressReporter
    let warnings: Warnings

    private var session: Session { run.session }

    func execute(_ report: inout MaintainReport) async throws {
        report.steps = try await run.run(survey.plan.steps)
        if let indexes = survey.indexes {
            if let (findings, busy) = try await look(at: indexes, report.server) {
                try await rebuild(indexes, findings, busy, &report)
                try await remember(indexes, findings, &report)
            } else {
                report.steps += try await run.run(survey.foreseenRebuilds)
            }
        }
        report.steps += try await run.run(survey.closing.map { [$0] } ?? [])
    }

    // MARK: - Indexes

    /// No question about the catalogue takes longer, and no measurement of an index.
    private static let questionTimeout = Duration.seconds(60)

    /// Nil where it cannot be done. After the window nothing is read any more, and what is known is said.
    private func look(
        at indexes: IndexSurvey, _ server: String
    ) async throws -> (findings: IndexSurvey.Findings, busy: [UInt32: String])? {
        reporter.report(.phase("looking at the indexes of \(server)"))
        do {
            try await run.limitTime(window.statementTimeout(atMost: Self.questionTimeout).wholeMilliseconds)
            let limit = window.isOver ? 0 : indexes.planner.job.measureLimitInMiB
            let findings = try await indexes.run(on: session, measuringMiB: limit)
            return (findings, try await MaintainFacts.busy(on: session))
        } catch let error as PostgresError {
            warnings.add("the indexes could not be looked at: \(error.message)")
            return nil
        }
    }

    private func rebuild(
        _ indexes: IndexSurvey, _ findings: IndexSurvey.Findings, _ busy: [UInt32: String],
        _ report: inout MaintainReport
    ) async throws {
        var plan = survey.plan
        indexes.planner.add(findings.bloated, busy: busy, to: &plan)
        let rebuilds = Array(plan.steps.dropFirst(survey.plan.steps.count))
        plan.steps += survey.closing.map { [$0] } ?? []
        report.plan = plan
        if rebuilds != survey.foreseenRebuilds { reporter.report(.plan(try MaintainJobReport(plan).json())) }
        report.steps += try await run.run(rebuilds)
    }

    /// The sizes of indexes as they are now: those that were rebuilt, and those that were sound before.
    private func remember(
        _ indexes: IndexSurvey, _ findings: IndexSurvey.Findings, _ report: inout MaintainReport
    ) async throws {
        let rebuilt = Set(
            report.steps.filter { $0.step.action == .reindex && $0.outcome == .done }.compactMap(\.step.object))
        var baselines = findings.baselines
        baselines.note(findings.sound, as: .seen)
        var known = findings.indexes
        if !rebuilt.isEmpty {
            guard let found = try await sizesNow() else { return }
            known = found
            baselines.note(known.filter { rebuilt.contains($0.name) && $0.isValid }, as: .rebuilt)
            for position in report.steps.indices where report.steps[position].step.action == .reindex {
                let name = report.steps[position].step.object
                report.steps[position].bytesAfter = known.first { $0.name == name && $0.isValid }?.bytes
            }
        }
        guard let memoryName = indexes.memoryName else { return }
        await run.notes.save()
        baselines.keep(only: known)
        await baselines.remember(memoryName, in: indexes.memory)
    }

    /// Nil where the session is lost.
    private func sizesNow() async throws -> [IndexFacts]? {
        do {
            try await run.limitTime(Self.questionTimeout.wholeMilliseconds)
            return try await IndexFacts.gather(on: session)
        } catch is PostgresError {
            return nil
        }
    }
}
