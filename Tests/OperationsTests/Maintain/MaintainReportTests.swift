import JobModel
import Postgres
import Testing

@testable import Operations

@Suite struct MaintainReportTests {
    private func report(
        _ results: (action: MaintainStep.Action, outcome: MaintainStepResult.Outcome)...
    ) -> MaintainReport {
        var report = MaintainReport(server: "shop")
        report.steps = results.map { action, outcome in
            let step = MaintainStep(
                action: action, object: SQLIdentifier(schema: "public", name: "t"), relations: [1],
                statement: "VACUUM", reasons: [], sizeInBytes: 0)
            return MaintainStepResult(step, outcome, "why", category: outcome == .locked ? .tryLater : nil)
        }
        return report
    }

    @Test func `what the window leaves is no failure, unless it staves off wraparound`() {
        for outcome in [MaintainStepResult.Outcome.left, .cutOff] {
            #expect(report((.vacuum, outcome)).outcome == .succeeded)
            #expect(report((.vacuum, outcome)).message == "1 step is left for the next run: why")
            #expect(report((.vacuum, .done), (.freeze, outcome)).outcome == .partial)
            #expect(report((.emergencyVacuum, outcome)).outcome == .failed)
        }
    }

    @Test func `a step that somebody else does is none that failed`() {
        #expect(report((.vacuum, .skipped)).outcome == .succeeded)
        #expect(report((.vacuum, .skipped)).category == nil)
    }

    @Test func `what was refused, locked or held back fails a run, or part of it`() {
        for outcome in [MaintainStepResult.Outcome.failed, .locked, .heldBack] {
            #expect(report((.vacuum, outcome)).outcome == .failed)
            #expect(report((.vacuum, .done), (.analyze, outcome)).outcome == .partial)
            #expect(report((.vacuum, .done), (.analyze, outcome)).category == .partial)
        }
        #expect(report((.vacuum, .locked)).category == .tryLater)
        #expect(report((.vacuum, .failed)).category == .failed)
        #expect(report((.vacuum, .failed)).message == "VACUUM of public.t: why")
    }

    @Test func `a standby is skipped, whatever was planned`() {
        var standby = report((.vacuum, .failed))
        standby.isStandby = true
        #expect(standby.outcome == .skipped)
    }
}
