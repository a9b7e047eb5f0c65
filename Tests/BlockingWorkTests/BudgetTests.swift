import Testing

@testable import BlockingWork

@Suite struct BudgetTests {
    @Test func `never gives more than there is`() async throws {
        let budget = Budget(10)
        let taken = Locked((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for amount in 1...40 {
                let amount = amount % 7 + 1
                group.addTask {
                    try await budget.take(amount)
                    taken.change { $0 = ($0.now + amount, max($0.most, $0.now + amount)) }
                    await Task.yield()
                    taken.change { $0.now -= amount }
                    budget.giveBack(amount)
                }
            }
            try await group.waitForAll()
        }
        #expect((1...10).contains(taken.change { $0.most }))
        #expect(budget.taken == 0)
    }

    @Test func `who asks for more than there is gets it alone`() async throws {
        let budget = Budget(10)
        try await budget.take(1)
        let large = Task { try await budget.take(25) }
        while budget.waitingCount < 1 { await Task.yield() }
        budget.giveBack(1)
        try await large.value
        #expect(budget.taken == 25)
    }

    @Test func `who asks for little does not pass by who asks for much`() async throws {
        let budget = Budget(10)
        try await budget.take(6)
        let large = Task { try await budget.take(8) }
        while budget.waitingCount < 1 { await Task.yield() }
        let small = Task { try await budget.take(2) }
        while budget.waitingCount < 2 { await Task.yield() }
        #expect(budget.taken == 6)
        budget.giveBack(6)
        try await large.value
        try await small.value
        #expect(budget.taken == 10)
    }

    @Test func `who is cancelled makes way for who asks for less`() async throws {
        let budget = Budget(10)
        try await budget.take(6)
        let large = Task { try await budget.take(8) }
        while budget.waitingCount < 1 { await Task.yield() }
        let small = Task { try await budget.take(2) }
        while budget.waitingCount < 2 { await Task.yield() }
        large.cancel()
        await #expect(throws: CancellationError.self) { try await large.value }
        try await small.value
        #expect(budget.taken == 8)
    }
}
