import JobModel
import TestSupport
import Testing

/// What every ledger promises about looking back: queries, logs, promises, beats, and forgetting.
struct LedgerDiaryTests {
    private static let diary: [Run] = [
        .example(due: 0).ended(.succeeded), .example(job: "prove", due: 60).ended(.failed),
        .example(due: 120, outcome: .skipped), .example(due: nil, started: 180).ended(.failed),
        .example(due: 240, started: 600).ended(.succeeded), .example(due: 300),
    ]

    private struct Question: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answer: [Int]
        let change: @Sendable (inout RunQuery) -> Void

        init(_ text: String, _ answer: [Int], _ change: @escaping @Sendable (inout RunQuery) -> Void) {
            testDescription = text
            self.answer = answer
            self.change = change
        }
    }

    private static let questions: [Question] = [
        Question("all, newest first", [5, 4, 3, 2, 1, 0]) { _ in },
        Question("of a job", [5, 4, 3, 2, 0]) { $0.job = "nightly" },
        Question("of an outcome", [4, 0]) { $0.outcomes = [.succeeded] },
        Question("of several outcomes", [4, 3, 2, 1, 0]) { $0.outcomes = [.succeeded, .failed, .skipped] },
        Question("of a job and outcomes", [3, 2]) { ($0.job, $0.outcomes) = ("nightly", [.failed, .skipped]) },
        Question("since", [5, 4, 3, 2]) { $0.since = .example(120) },
        Question("until", [1, 0]) { $0.until = .example(120) },
        Question("between", [2, 1]) { ($0.since, $0.until) = (.example(60), .example(180)) },
        Question("outcomes between", [1]) {
            ($0.since, $0.until, $0.outcomes) = (.example(60), .example(180), [.failed, .succeeded])
        },
        Question("some", [5, 4]) { $0.limit = 2 },
        Question("some of several outcomes", [4, 3]) { ($0.limit, $0.outcomes) = (2, [.succeeded, .failed]) },
        Question("some of a job", [5]) { ($0.limit, $0.job) = (1, "nightly") },
        Question("of nobody", []) { $0.job = "nobody" },
        Question("none", []) { $0.limit = 0 },
        Question("by the beginning of the id", [3]) { $0.idPrefix = String(diary[3].id.description.prefix(9)) },
        Question("by a whole id", [0]) { $0.idPrefix = diary[0].id.description },
        Question("by what begins no id", []) { $0.idPrefix = "%" },
    ]

    @Test(arguments: LedgerUnderTest.available, questions)
    private func `queries are answered`(_ kind: LedgerUnderTest, _ question: Question) async throws {
        try await kind.withLedger { ledger in
            for run in Self.diary.reversed() { try await ledger.update(run) }
            let answer = try await ledger.allRuns(question.change)
            #expect(answer == question.answer.map { Self.diary[$0] })
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `of one instant the last recorded comes first`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let runs = (0..<5).map { Run.example(job: "job \($0)") }
            for run in runs { _ = try await ledger.claim(run) }
            #expect(try await ledger.allRuns() == runs.reversed())
            #expect(try await ledger.unfinished() == runs.reversed())
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `plan and report can be left out`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            var run = Run.example()
            run.plan = "plan"
            run.report = "report"
            run.message = "message"
            _ = try await ledger.claim(run)
            let found = try #require(try await ledger.allRuns { $0.omitsTexts = true }.first)
            #expect(found.plan == nil)
            #expect(found.report == nil)
            #expect(found.message == "message")
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `a log comes back in order`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let (run, other) = (Run.example(), Run.example(due: 1))
            _ = try await ledger.claim([run, other])
            let lines = (0..<7).map { RunLogLine(at: .example($0 / 3), level: "info", text: "line \($0) ünd '\"\\") }
            try await ledger.append(Array(lines[..<3]), to: run.id)
            try await ledger.append([RunLogLine(at: .example(0), level: "error", text: "other")], to: other.id)
            try await ledger.append(Array(lines[3...]), to: run.id)
            #expect(try await ledger.log(of: run.id) == lines)
            #expect(try await ledger.log(of: other.id).map(\.level) == ["error"])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `lines of a run without a record are dropped`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let run = Run.example()
            try await ledger.append([RunLogLine(at: .example(0), level: "info", text: "early")], to: run.id)
            _ = try await ledger.claim(run)
            #expect(try await ledger.log(of: run.id) == [])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `a log without end is cut, and says so`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let run = Run.example()
            _ = try await ledger.claim(run)
            let lines = (0..<6_000).map { RunLogLine(at: .example(0), level: "info", text: "\($0)") }
            for _ in 0..<3 { try await ledger.append(lines, to: run.id) }
            let log = try await ledger.log(of: run.id)
            #expect(log.count == RunTextLimits.logLines)
            #expect(log[9_998].text == "3998")
            #expect(log.last?.level == "warning")
            #expect(log.last?.text.contains("cut") == true)
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `long texts are cut, and zeros replaced`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            var run = Run.example()
            run.message = "a\0b"
            run.report = String(repeating: "ü", count: 1 << 20)
            _ = try await ledger.claim(run)
            try await ledger.append([RunLogLine(at: .example(0), level: "info", text: run.report ?? "")], to: run.id)
            let found = try #require(try await ledger.allRuns().first)
            #expect(found.message == "a\u{FFFD}b")
            #expect((1 << 20) - 4...1 << 20 ~= found.report?.utf8.count ?? 0)
            #expect(found.report?.hasSuffix("… (cut, 2097152 bytes in all)") == true)
            let line = try #require(try await ledger.log(of: run.id).first)
            #expect((4 << 10) - 4...4 << 10 ~= line.text.utf8.count)
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `promises are kept, replaced and removed`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            func promise(_ job: String, through second: Int) -> SchedulePromise {
                SchedulePromise(
                    job: job, schedule: "0 2 * * * UTC", since: .example(0), accountedThrough: .example(second))
            }
            try await ledger.record([promise("b", through: 0), promise("a", through: 0), promise("c", through: 0)])
            try await ledger.record([promise("b", through: 60)])
            try await ledger.removePromises(of: ["c", "unknown"])
            let found = try await ledger.promises().sorted { $0.job < $1.job }
            #expect(found == [promise("a", through: 0), promise("b", through: 60)])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `recording runs moves no accounts`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let promise = SchedulePromise(
                job: "nightly", schedule: "@daily", since: .example(0), accountedThrough: .example(0))
            try await ledger.record([promise])
            try await ledger.record([.example(due: 60, outcome: .missed)])
            #expect(try await ledger.promises() == [promise])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `the last beat of each host counts`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            try await ledger.beat(host: "a", at: .example(0))
            try await ledger.beat(host: "b", at: .example(10))
            try await ledger.beat(host: "a", at: .example(15))
            #expect(try await ledger.beats() == ["a": .example(15), "b": .example(10)])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `forgetting keeps the newest of each job and outcome, and what has not ended`(
        _ kind: LedgerUnderTest
    ) async throws {
        try await kind.withLedger { ledger in
            let forgotten: [Run] = [
                .example(due: 0).ended(.succeeded, at: 10), .example(due: 1).ended(.failed, at: 11),
                .example(due: nil, started: 3).ended(.succeeded, at: 12),
            ]
            let kept: [Run] = [
                .example(due: 2), .example(due: 4).ended(.succeeded, at: 20), .example(due: 5).ended(.failed, at: 21),
                .example(job: "other", due: 0).ended(.succeeded, at: 10), .example(due: 6, outcome: .missed),
                .example(due: 3).ended(.succeeded, at: 1_000),
            ]
            for run in forgotten + kept { try await ledger.update(run) }
            let line = RunLogLine(at: .example(0), level: "info", text: "text")
            for run in [forgotten[0], kept[0]] { try await ledger.append([line], to: run.id) }
            try await ledger.forget(endedBefore: .example(1_000))
            #expect(Set(try await ledger.allRuns().map(\.id)) == Set(kept.map(\.id)))
            #expect(try await ledger.log(of: forgotten[0].id) == [])
            #expect(try await ledger.log(of: kept[0].id) == [line])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `forgetting drops hosts that are long silent`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            try await ledger.beat(host: "old", at: .example(0))
            try await ledger.beat(host: "young", at: .example(100))
            try await ledger.forget(endedBefore: .example(100))
            #expect(try await ledger.beats() == ["young": .example(100)])
        }
    }
}
