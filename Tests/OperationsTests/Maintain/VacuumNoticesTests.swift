import Postgres
import Testing

@testable import Operations

@Suite struct VacuumNoticesTests {
    private func notices(_ notices: (state: String, message: String)...) -> VacuumNotices {
        VacuumNotices(
            notices.map { Postgres.Notice(severity: "", sqlState: SQLState($0.state), message: $0.message) })
    }

    @Test func `adds up what was removed and what could not be, of table and TOAST table`() {
        let found = notices(
            ("00000", "vacuuming \"a.b.c\""),
            ("00000", "tuples: 500 removed, 500 remain, 7 are dead but not yet removable"),
            ("00000", "tuples: 20 removed, 0 remain, 3 are dead but not yet removable"))
        #expect(found.removedRows == 520)
        #expect(found.deadRowsLeft == 10)
        #expect(found.refusal(isSilenceFailure: true) == nil)
    }

    @Test(arguments: [
        ("55P03", MaintainStepResult.Outcome.locked), ("42P01", .skipped), ("01000", .failed),
    ])
    func `a warning without any work is a refusal`(state: String, outcome: MaintainStepResult.Outcome) {
        #expect(notices((state, "skipping")).refusal(isSilenceFailure: true)?.outcome == outcome)
        #expect(notices((state, "skipping"), ("00000", "vacuuming")).refusal(isSilenceFailure: true) == nil)
    }

    @Test func `silence is a failure of what tells of its work`() {
        #expect(notices().refusal(isSilenceFailure: true)?.outcome == .failed)
        #expect(notices().refusal(isSilenceFailure: false) == nil)
    }

    @Test(arguments: [
        ("55P03", "skipping analyze of \"leaf\" --- lock not available", MaintainStepResult.Outcome.locked),
        ("01000", "permission denied to analyze \"leaf\", skipping it", .failed),
        ("01000", "skipping \"leaf\" --- cannot analyze this foreign table", nil),
        ("42P17", "statistics object \"s\" could not be computed", nil),
    ])
    func `of several tables a skipped one is a refusal`(
        state: String, message: String, outcome: MaintainStepResult.Outcome?
    ) {
        let found = notices(("00000", "analyzing"), (state, message))
        #expect(found.refusal(isSilenceFailure: true, isOfSeveral: true)?.outcome == outcome)
        #expect(found.refusal(isSilenceFailure: true) == nil)
    }
}
