import Testing

@testable import JobModel

@Suite struct AgendaTests {
    private static let start = 1_795_226_400

    private func at(_ seconds: Int) -> CivilTime { CivilTime(secondsSinceEpoch: Self.start + seconds) }

    private func decide(
        _ due: [Int], now: Int, daemonStart: Int = 0, _ change: (inout MisfirePolicy) -> Void = { _ in }
    ) -> Agenda.Decision {
        var policy = MisfirePolicy()
        change(&policy)
        return Agenda(policy: policy, trigger: .schedule, grace: .seconds(60), daemonStart: at(daemonStart))
            .decide(due: due.map(at), now: at(now))
    }

    @Test func `fires what is in time`() {
        let decision = decide([600], now: 660)
        #expect(decision.firings == [Agenda.Firing(instant: at(600), trigger: .schedule)])
        #expect(decision.misses == [])
    }

    @Test func `runs the newest that was missed, and says how many it stands for`() {
        let decision = decide([600, 1_200, 1_800], now: 2_000)
        #expect(decision.firings == [Agenda.Firing(instant: at(1_800), trigger: .catchUp, missedFirings: 2)])
        #expect(decision.misses.map(\.reason) == [.caughtUpByNewer, .caughtUpByNewer])
    }

    @Test func `lets a firing in time stand for what was missed before it`() {
        let decision = decide([600, 1_200, 1_800, 1_810], now: 1_820)
        #expect(decision.firings.map(\.trigger) == [.schedule, .schedule])
        #expect(decision.firings.map(\.missedFirings) == [0, 2])
        #expect(decision.misses.map(\.instant) == [at(600), at(1_200)])
    }

    @Test func `catches up all, but no more than the limit`() {
        let decision = decide(Array(stride(from: 600, to: 6_600, by: 600)), now: 10_000) {
            $0.catchUp = .all
            $0.limit = 3
        }
        #expect(decision.firings.map(\.instant) == [4_800, 5_400, 6_000].map(at))
        #expect(decision.misses.count == 7)
        #expect(decision.misses.allSatisfy { $0.reason == .tooOld })
    }

    @Test func `does not catch up what is too old`() {
        let decision = decide([600, 1_200], now: 10_000) { $0.within = .seconds(3_600) }
        #expect(decision.firings == [])
        #expect(decision.misses.map(\.reason) == [.tooOld, .tooOld])
    }

    @Test(arguments: [(0, RunReason.clock), (600, .down)])
    func `says whether nobody was there, or the clock went on by itself`(daemonStart: Int, reason: RunReason) {
        let decision = decide([600], now: 10_000, daemonStart: daemonStart) { $0.catchUp = .none }
        #expect(decision.firings == [])
        #expect(decision.misses.map(\.reason) == [reason])
    }

    @Test(arguments: 0..<500)
    func `decides on the newest as it does on all, with a reason for those that were passed over`(seed: Int) {
        var random = SystemRandomNumberGenerator()
        let instants = Set((0..<40).map { _ in Int.random(in: 0...5_000, using: &random) }).sorted().map(at)
        var policy = MisfirePolicy()
        policy.catchUp = MisfirePolicy.CatchUp.allCases[seed % 3]
        policy.within = seed.isMultiple(of: 2) ? .seconds(Int.random(in: 0...5_000, using: &random)) : nil
        policy.limit = Int.random(in: 1...10, using: &random)
        let agenda = Agenda(
            policy: policy, trigger: .schedule, grace: .seconds(Int.random(in: 0...1_000, using: &random)),
            daemonStart: at(Int.random(in: 0...5_000, using: &random)))
        let now = at(5_000)
        let inTime = instants.count { $0 >= agenda.graceStart(at: now) }
        let newest = instants.suffix(inTime + agenda.mostCaughtUp)
        let older = instants.dropLast(newest.count)
        var decision = agenda.decide(due: Array(newest), passedOver: older.count, now: now)
        decision.misses.insert(
            contentsOf: older.map { Agenda.Miss(instant: $0, reason: agenda.reasonOfMiss($0, now: now)) }, at: 0)
        #expect(decision == agenda.decide(due: instants, now: now))
    }

    @Test(arguments: 0..<500)
    func `gives every instant back once, whatever the policy`(seed: Int) {
        var random = SystemRandomNumberGenerator()
        let due = (0..<Int.random(in: 0...40, using: &random)).map { _ in Int.random(in: 0...5_000, using: &random) }
        let instants = Set(due).sorted()
        let decision = decide(instants, now: 5_000, daemonStart: Int.random(in: 0...5_000, using: &random)) {
            $0.catchUp = MisfirePolicy.CatchUp.allCases[seed % 3]
            $0.within = seed.isMultiple(of: 2) ? .seconds(Int.random(in: 0...5_000, using: &random)) : nil
            $0.limit = Int.random(in: 1...10, using: &random)
        }
        let given = decision.firings.map(\.instant) + decision.misses.map(\.instant)
        #expect(given.sorted() == instants.map(at))
        #expect(decision.firings.map(\.instant) == decision.firings.map(\.instant).sorted())
    }
}
