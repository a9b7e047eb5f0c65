import Testing

@testable import BlockingWork

@Suite struct TurnQueueTests {
    @Test func `lets one task in at a time`() async throws {
        let turns = TurnQueue()
        let inside = Locked(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await turns.withTurn {
                        #expect(
                            inside.change {
                                $0 += 1; return $0
                            } == 1)
                        await Task.yield()
                        inside.change { $0 -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `skips a cancelled task`() async throws {
        let turns = TurnQueue()
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let (entries, entered) = AsyncStream<Void>.makeStream()
        let holder = Task {
            try await turns.withTurn {
                entered.yield()
                for await _ in gate { break }
            }
        }
        for await _ in entries { break }
        let waiting = Task { try await turns.withTurn { Issue.record("had a turn") } }
        await Task.yield()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        opener.yield()
        try await holder.value
        #expect(try await turns.withTurn { 5 } == 5)
    }

    @Test func `goes on after an error`() async throws {
        let turns = TurnQueue()
        await #expect(throws: CancellationError.self) { try await turns.withTurn { throw CancellationError() } }
        #expect(try await turns.withTurn { 5 } == 5)
    }
}
