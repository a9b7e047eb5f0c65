import Testing

@testable import BlockingWork

@Suite struct ChannelTests {
    @Test func `passes elements on in the order in which they were sent`() async throws {
        let channel = Channel<Int>(capacity: 3)
        async let sent: Void = {
            for number in 0..<1_000 { try await channel.send(number) }
            channel.finish()
        }()
        var received: [Int] = []
        while let number = try await channel.next() { received.append(number) }
        try await sent
        #expect(received == Array(0..<1_000))
    }

    @Test func `loses and doubles nothing between many senders and many receivers`() async throws {
        let channel = Channel<Int>(capacity: 4)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    var sum = 0
                    while let number = try await channel.next() { sum += number }
                    return sum
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { senders in
                for sender in 0..<7 {
                    senders.addTask { for number in 1...500 { try await channel.send(sender * 500 + number) } }
                }
                try await senders.waitForAll()
            }
            channel.finish()
            return try await group.reduce(0, +)
        }
        #expect(sum == (1...3_500).reduce(0, +))
    }

    @Test func `holds no more than its capacity`() async throws {
        let channel = Channel<Int>(capacity: 2)
        let sent = Locked(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<100 {
                    try await channel.send(number)
                    sent.change { $0 = number + 1 }
                }
                channel.finish()
            }
            var received = 0
            while try await channel.next() != nil {
                received += 1
                // One more may have been handed over while the sender had not yet noted it.
                #expect(sent.change { $0 } <= received + 2)
            }
            try await group.waitForAll()
            #expect(received == 100)
        }
    }

    @Test func `hands out what was sent before the error`() async throws {
        let channel = Channel<Int>(capacity: 2)
        try await channel.send(1)
        channel.finish(throwing: ChannelClosedError())
        #expect(try await channel.next() == 1)
        await #expect(throws: ChannelClosedError.self) { try await channel.next() }
        await #expect(throws: ChannelClosedError.self) { try await channel.next() }
    }

    @Test func `frees a waiting sender when the receiver closes`() async throws {
        let channel = Channel<Int>(capacity: 1)
        try await channel.send(1)
        let sender = Task { try await channel.send(2) }
        await Task.yield()
        channel.close()
        await #expect(throws: ChannelClosedError.self) { try await sender.value }
        #expect(try await channel.next() == nil)
    }

    @Test func `refuses elements after its end`() async throws {
        let channel = Channel<Int>(capacity: 1)
        channel.finish()
        await #expect(throws: ChannelClosedError.self) { try await channel.send(1) }
    }

    @Test func `lets a cancelled receiver go and serves the next one`() async throws {
        let channel = Channel<Int>(capacity: 1)
        let receiver = Task { try await channel.next() }
        await Task.yield()
        receiver.cancel()
        await #expect(throws: CancellationError.self) { try await receiver.value }
        try await channel.send(7)
        #expect(try await channel.next() == 7)
    }

    @Test func `lets a cancelled sender go and drops its element`() async throws {
        let channel = Channel<Int>(capacity: 1)
        try await channel.send(1)
        let sender = Task { try await channel.send(2) }
        await Task.yield()
        sender.cancel()
        await #expect(throws: CancellationError.self) { try await sender.value }
        channel.finish()
        #expect(try await channel.next() == 1)
        #expect(try await channel.next() == nil)
    }

    @Test func `survives cancellations at random moments`() async throws {
        let channel = Channel<Int>(capacity: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for round in 0..<200 {
                group.addTask {
                    let sender = Task { try await channel.send(round) }
                    if round.isMultiple(of: 3) { sender.cancel() }
                    _ = try? await sender.value
                }
                group.addTask {
                    let receiver = Task { try await channel.next() }
                    if round.isMultiple(of: 5) { receiver.cancel() }
                    _ = try? await receiver.value
                }
                if round == 150 { channel.close() }
            }
            try await group.waitForAll()
        }
        #expect(try await channel.next() == nil)
    }
}
