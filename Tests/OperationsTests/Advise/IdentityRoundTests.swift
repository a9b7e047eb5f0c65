import JobModel
import Testing

@testable import Operations

/// How runs share tables that are too many for one.
@Suite struct IdentityRoundTests {
    private let columns = (1...5).map { number in
        FilledColumn(
            sequence: UInt32(number), sequenceName: "s\(number)", table: "t\(number)", column: "id", type: "bigint",
            increment: 1, start: 1, limit: 9, isUniqueKey: true, isReadable: true, rows: 0)
    }

    private func order(_ round: IdentityRound) -> [UInt32] { round.ordered(columns).map(\.sequence) }

    @Test func `runs go on from where the last one stopped, until all was looked at`() {
        var round = IdentityRound()
        #expect(order(round) == [1, 2, 3, 4, 5])
        round = round.following(round.ordered(columns), lookedAt: 2, found: [])
        #expect(round == IdentityRound(after: 2))
        #expect(order(round) == [3, 4, 5, 1, 2])
        round = round.following(round.ordered(columns), lookedAt: 2, found: [])
        #expect(round == IdentityRound(after: 4))
        round = round.following(round.ordered(columns), lookedAt: 2, found: [])
        #expect(round == IdentityRound(after: 1, isComplete: true))
        #expect(order(round) == [2, 3, 4, 5, 1])
        #expect(round.following(round.ordered(columns), lookedAt: 2, found: []).isComplete)
    }

    @Test func `what was found is looked at by every run`() {
        var round = IdentityRound(after: 3, found: [2, 4])
        #expect(order(round) == [2, 4, 5, 1, 3])
        round = round.following(round.ordered(columns), lookedAt: 2, found: [4])
        #expect(round == IdentityRound(after: 3, found: [4]))
        #expect(order(round) == [4, 5, 1, 2, 3])
    }

    @Test func `a run that looked at everything begins anew`() {
        let round = IdentityRound(after: 3, found: [2])
        let next = round.following(round.ordered(columns), lookedAt: 5, found: [1])
        #expect(next == IdentityRound(found: [1], isComplete: true))
    }

    @Test func `a run without time looks at some, and the next at the others`() async throws {
        let tables = (1...60).map { "CREATE TABLE t\($0) (a serial PRIMARY KEY);" }.joined()
        try await Advisor.with(ServerText(tables + "INSERT INTO t1 VALUES (5); INSERT INTO t55 VALUES (5)")) {
            advisor in
            let (memory, check) = (TestMemory(), AdviceCheck.identityDrift(within: .zero))
            let gap = await #expect(throws: AdviceGap.self) { _ = try await advisor.findings(check, memory: memory) }
            #expect(gap?.reason.hasPrefix("only 50 of 60 tables were looked at") == true)
            #expect(gap?.findings.map(\.object) == ["public.t1_a_seq"])
            let second = try await advisor.findings(check, memory: memory)
            #expect(second.map(\.object) == ["public.t1_a_seq", "public.t55_a_seq"])
            try await advisor.psql("SELECT setval('t1_a_seq', 5)")
            #expect(try await advisor.findings(check, memory: memory).map(\.object) == ["public.t55_a_seq"])
        }
    }
}
