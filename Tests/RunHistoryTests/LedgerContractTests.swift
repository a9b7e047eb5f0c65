import JobModel
import TestSupport
import Testing

/// What every ledger promises about runs.
struct LedgerContractTests {
    @Test(arguments: LedgerUnderTest.available)
    func `a claimed run is unfinished and comes back as it was`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger async throws in
            var run = Run.example()
            run.message = "it's \"quoted\" \\ ünd 漢字\nsecond line"
            run.plan = "{\"a\": 1}"
            run.attempts = 2
            run.missedFirings = 7
            #expect(try await ledger.claim([run]) == [run.id])
            #expect(try await ledger.unfinished() == [run])
            #expect(try await ledger.allRuns() == [run])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `an instant is claimed once`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger async throws in
            let first = Run.example()
            #expect(try await ledger.claim(first))
            #expect(try await ledger.claim(.example()) == false)
            #expect(try await ledger.claim(.example(job: "other")))
            #expect(try await ledger.claim(.example(due: 1)))
            #expect(try await ledger.allRuns { $0.job = "nightly" }.last == first)
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `a batch claims what is free and says which`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            _ = try await ledger.claim([.example(due: 1)])
            let batch = (0..<4).map { Run.example(due: $0) } + [.example(due: 3), .example(due: nil)]
            let claimed = try await ledger.claim(batch)
            #expect(claimed == Set([0, 2, 3, 5].map { batch[$0].id }))
            #expect(try await ledger.allRuns().count == 5)
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `claiming again with the same run succeeds until it has ended`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let run = Run.example()
            #expect(try await ledger.claim(run))
            #expect(try await ledger.claim(run))
            try await ledger.update(run.ended(.succeeded))
            #expect(try await ledger.claim(run) == false)
            #expect(try await ledger.allRuns().count == 1)
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `runs by hand are not limited`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger async throws in
            for _ in 0..<3 { #expect(try await ledger.claim(.example(due: nil))) }
            #expect(try await ledger.unfinished().count == 3)
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `a thousand instants claimed by many tasks are each had once`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let winners = try await Claiming.race(for: 0..<1_000, among: [ledger, ledger, ledger, ledger])
            #expect(winners == Array(repeating: 1, count: 1_000))
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `an instant with a record cannot be claimed`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let missed = Run.example(outcome: .missed, reason: .down)
            try await ledger.record([missed])
            #expect(try await ledger.claim(.example()) == false)
            #expect(try await ledger.allRuns() == [missed])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `recording leaves instants alone that have a record`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let running = Run.example()
            _ = try await ledger.claim(running)
            let skipped = Run.example(due: 60, outcome: .skipped, reason: .overlap)
            try await ledger.record([
                .example(outcome: .missed, reason: .down), skipped, .example(due: 60, outcome: .missed),
            ])
            #expect(try await ledger.allRuns() == [skipped, running])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `an update changes a running run`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let run = Run.example()
            _ = try await ledger.claim([run, .example(due: 60)])
            var later = run.ended(.failed, message: "the server went away")
            later.reason = .timeout
            later.attempts = 3
            later.report = "{\"tables\": 4}"
            later.host = "host-2"
            try await ledger.update(later)
            #expect(try await ledger.allRuns { $0.outcomes = [.failed] } == [later])
            #expect(try await ledger.unfinished().count == 1)
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `an update of a run that has ended changes nothing`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let run = Run.example()
            _ = try await ledger.claim(run)
            let interrupted = run.ended(.interrupted)
            try await ledger.update(interrupted)
            try await ledger.update(run.ended(.succeeded))
            try await ledger.update(run)
            #expect(try await ledger.allRuns() == [interrupted])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `a run that others called interrupted says itself how it ended`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let run = Run.example()
            _ = try await ledger.claim(run)
            var crashed = run.ended(.interrupted, at: 30)
            crashed.reason = .crash
            try await ledger.update(crashed)
            // It lives, and is not at its end; others find it gone once more.
            try await ledger.update(run)
            var again = crashed
            again.endedAt = .example(40)
            try await ledger.update(again)
            #expect(try await ledger.allRuns() == [crashed])
            let ended = run.ended(.succeeded)
            try await ledger.update(ended)
            #expect(try await ledger.allRuns() == [ended])
            try await ledger.update(again)
            #expect(try await ledger.allRuns() == [ended])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `an update of a run without a record makes one, unless its instant is taken`(
        _ kind: LedgerUnderTest
    ) async throws {
        try await kind.withLedger { ledger in
            let run = Run.example().ended(.succeeded)
            try await ledger.update(run)
            try await ledger.update(Run.example().ended(.failed))
            #expect(try await ledger.allRuns() == [run])
            #expect(try await ledger.claim(.example()) == false)
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `withdrawing takes back what never started and is due later`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let kept: [Run] = [
                .example(due: 100, outcome: .missed), .example(due: 300),
                .example(due: 400).ended(.succeeded), .example(due: nil, started: 500, outcome: .skipped),
            ]
            for run in kept { try await ledger.update(run) }
            try await ledger.record([.example(due: 101, outcome: .skipped), .example(due: 200, outcome: .missed)])
            try await ledger.withdraw(dueAfter: .example(100))
            #expect(Set(try await ledger.allRuns().map(\.id)) == Set(kept.map(\.id)))
            #expect(try await ledger.claim(.example(due: 200)))
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `an empty batch changes nothing`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            #expect(try await ledger.claim([]) == [])
            try await ledger.record([] as [Run])
            try await ledger.record([] as [SchedulePromise])
            try await ledger.removePromises(of: [])
            try await ledger.append([], to: Run.example().id)
            #expect(try await ledger.allRuns() == [])
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `a cancelled task's update is written`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger in
            let run = Run.example()
            _ = try await ledger.claim(run)
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                try await ledger.update(run.ended(.cancelled))
            }
            task.cancel()
            try await task.value
            #expect(try await ledger.allRuns().map(\.outcome) == [.cancelled])
        }
    }
}

/// Tasks that claim the same instants at the same time.
enum Claiming {
    /// How often each instant was had; every ledger tries for each.
    static func race(for instants: Range<Int>, among ledgers: [any RunLedger]) async throws -> [Int] {
        let had = try await withThrowingTaskGroup(of: [Int].self) { group in
            for ledger in ledgers {
                for chunk in stride(from: instants.lowerBound, to: instants.upperBound, by: 125) {
                    group.addTask {
                        var had: [Int] = []
                        for second in chunk..<min(chunk + 125, instants.upperBound)
                        where try await ledger.claim(.example(due: second)) {
                            had.append(second)
                        }
                        return had
                    }
                }
            }
            return try await group.reduce(into: [Int]()) { $0 += $1 }
        }
        var counts = Array(repeating: 0, count: instants.count)
        for second in had { counts[second - instants.lowerBound] += 1 }
        return counts
    }
}
