import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

@Suite struct ExaminationTests {
    @Test(arguments: [
        (100.5, "ok"), (95.1, "ok"), (105.9, "ok"), (106.2, "warning"), (94.0, "warning"), (402.0, "fault"),
        (-300.0, "fault"),
    ])
    func `clocks agree within the question's own time and a little more`(there: Double, level: String) {
        let finding = ClockJudgment.finding("database shop", there: there, before: 100, after: 101)
        let found = finding.isFault ? "fault" : finding.level == .good ? "ok" : "warning"
        #expect(found == level, "\(finding.message)")
    }

    @Test func `a clock's error has a direction`() {
        #expect(ClockJudgment.finding("x", there: 111, before: 100, after: 101).message.contains("ahead of"))
        #expect(ClockJudgment.finding("x", there: 90, before: 100, after: 101).message.contains("behind"))
    }

    @Test func `what is left on a server is named, each with its statement`() {
        let findings = DatabaseExamination.leftovers(
            "database shop", abandoned: ["dbops_scratch_a"], replacements: ["dbops_restore_b", "dbops_restore_c"],
            kept: [])
        #expect(findings.map(\.level) == [.warning, .warning])
        #expect(findings[0].statements == [#"DROP DATABASE "dbops_scratch_a";"#])
        #expect(findings[1].message.contains("2 databases of restores"))
        #expect(DatabaseExamination.leftovers("x", abandoned: [], replacements: [], kept: []) == [])
    }

    @Test func `a proof needs as much room as the database has`() {
        #expect(DatabaseExamination.room("x", size: 10, free: 10, folder: "/tmp") == [])
        #expect(DatabaseExamination.room("x", size: 11, free: 10, folder: "/tmp").map(\.level) == [.warning])
        #expect(DatabaseExamination.room("x", size: 11, free: nil, folder: "/tmp") == [])
    }

    @Test(arguments: [
        (DatabaseLocale.Provider.libc, false, 1), (.libc, true, 0), (.icu, false, 0), (.builtin, false, 0),
    ])
    func `the C library needs the locale of a database that sorts by it`(
        provider: DatabaseLocale.Provider, isThere: Bool, count: Int
    ) {
        let locale = DatabaseLocale(
            encoding: "UTF8", provider: provider, collate: "de_DE.UTF-8", characterType: "de_DE.UTF-8")
        let findings = DatabaseExamination.locale("x", locale) { name in name != "de_DE.UTF-8" || isThere }
        #expect(findings.count == count)
    }

    @Test func `this machine's own locales are known`() {
        #expect(HostFacts.isLocaleThere("C.UTF-8") && HostFacts.isLocaleThere("POSIX"))
        #expect(!HostFacts.isLocaleThere("xx_XX.UTF-8") && !HostFacts.isLocaleThere(""))
    }

    @Test(arguments: [(1 << 40, 1 << 41, true), (1 << 29, 1 << 41, false), (1 << 35, 1 << 41, false), (2, 2, false)])
    func `a store's disk has room`(free: Int, total: Int, isGood: Bool) {
        #expect((StoreExamination.room("x", free: free, total: total)[0].level == .good) == isGood)
    }

    @Test func `what is left in a store is counted`() {
        #expect(StoreExamination.leftovers("x", job: "nightly", broken: 0, uploads: 0) == [])
        let finding = StoreExamination.leftovers("x", job: "nightly", broken: 1, uploads: 2).first
        #expect(finding?.message == "the job nightly has left 1 backup that broke off and 2 unfinished uploads there")
    }

    @Test(arguments: [
        (RunOutcome.succeeded, true), (.failed, false), (.partial, false), (.missed, false), (.interrupted, false),
    ])
    func `a last run that did not succeed is told`(outcome: RunOutcome, isGood: Bool) {
        let job = Job(name: "nightly", kind: .prune(PruneJob()))
        let run = Run.example(outcome: outcome).ended(outcome, message: "no room")
        let finding = RunsJudgment.findings(jobs: [job], newest: ["nightly": run])[0]
        #expect((finding.level == .good) == isGood)
        #expect(isGood || finding.message.hasSuffix(": no room") && finding.advice == "See dbops log \(run.id).")
        #expect(RunsJudgment.findings(jobs: [job], newest: [:]).map(\.level) == [.good])
    }
}
