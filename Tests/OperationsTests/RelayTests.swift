import Synchronization
import TestSupport
import Testing

@testable import Operations

@Suite struct RelayTests {
    private struct Fault: Error, Equatable {
        let name: String
    }

    @Test func `hands everything on in order, and returns what both ends return`() async throws {
        let (produced, consumed) = try await Relay.run { send in
            for number in 0..<100 { try await send([UInt8(number)]) }
            return "made"
        } consume: { next in
            var bytes: [UInt8] = []
            while let piece = try await next() { bytes += piece }
            return bytes
        }
        #expect(produced == "made")
        #expect(consumed == Array(0..<100))
    }

    @Test func `throws the producer's error, after what came before it`() async throws {
        let taken = Journal<[UInt8]>()
        await #expect(throws: Fault(name: "producer")) {
            _ = try await Relay.run { send in
                try await send([1])
                throw Fault(name: "producer")
            } consume: { next in
                while let piece = try await next() { taken.add(piece) }
            }
        }
        #expect(taken.all == [[1]])
    }

    @Test func `throws the consumer's error, and stops the producer`() async throws {
        let sent = Mutex(0)
        await #expect(throws: Fault(name: "consumer")) {
            _ = try await Relay.run { send in
                while true {
                    try await send([0])
                    sent.withLock { $0 += 1 }
                }
            } consume: { next in
                _ = try await next()
                throw Fault(name: "consumer")
            }
        }
        #expect(sent.withLock { $0 } < 10)
    }

    @Test func `does not end well where the consumer took all and the producer then failed`() async throws {
        await #expect(throws: Fault(name: "late")) {
            _ = try await Relay.run { send in
                try await send([1])
                throw Fault(name: "late")
            } consume: { next in
                // A receiver that stops at the first error and reports success, as a COPY must not.
                _ = try? await next()
                _ = try? await next()
            }
        }
    }

    @Test func `lets a slow consumer hold the producer back`() async throws {
        let ahead = Mutex((sent: 0, taken: 0, most: 0))
        _ = try await Relay.run { send in
            for _ in 0..<200 {
                try await send([0])
                ahead.withLock {
                    $0.sent += 1
                    $0.most = max($0.most, $0.sent - $0.taken)
                }
            }
        } consume: { next in
            while try await next() != nil {
                await Task.yield()
                ahead.withLock { $0.taken += 1 }
            }
        }
        #expect(ahead.withLock { $0.most } <= 3, "one waits, one is being taken, one was just taken")
    }

    @Test func `ends both when it is cancelled`() async throws {
        let task = Task {
            try await Relay.run { send in
                while true { try await send([0]) }
            } consume: { next in
                while try await next() != nil {}
            }
        }
        task.cancel()
        await #expect(throws: (any Error).self) { _ = try await task.value }
    }
}

@Suite struct CompanionTests {
    private struct Fault: Error {}

    @Test func `goes on until the work has ended`() async throws {
        let ended = Journal<String>()
        let result = try await Companion.run {
            do {
                try await Companion.every(.seconds(3_600)) {}
            } catch {
                ended.add("companion")
                throw error
            }
        } beside: {
            ended.add("work")
            return 7
        }
        #expect(result == 7)
        #expect(ended.all == ["work", "companion"])
    }

    @Test func `cancels the work and throws where the companion fails`() async throws {
        await #expect(throws: Fault.self) {
            try await Companion.run {
                throw Fault()
            } beside: {
                try await Task.sleep(for: .seconds(3_600))
            }
        }
    }

    @Test func `throws the work's error`() async throws {
        await #expect(throws: Fault.self) {
            try await Companion.run {
                try await Companion.every(.seconds(3_600)) {}
            } beside: {
                throw Fault()
            }
        }
    }

    @Test func `lets the work go on where the companion has nothing more to do`() async throws {
        #expect(try await Companion.run({}, beside: { 7 }) == 7)
    }

    @Test func `acts again and again`() async throws {
        let count = Mutex(0)
        await #expect(throws: Fault.self) {
            try await Companion.every(.milliseconds(1)) {
                let times = count.withLock { count in
                    count += 1
                    return count
                }
                if times == 3 { throw Fault() }
            }
        }
        #expect(count.withLock { $0 } == 3)
    }
}

@Suite struct OperationErrorTests {
    @Test(arguments: [
        ("keeper", "keeper"), ("odd \"role", "\"odd \"\"role\""), ("Keeper", "\"Keeper\""), ("7", "\"7\""),
    ])
    func `writes roles into commands as SQL wants them`(role: String, written: String) {
        let hidden = OperationError.rowSecurity(tables: ["t"], role: role)
        #expect(hidden.hint?.contains("ALTER ROLE \(written) BYPASSRLS;") == true)
        let closed = OperationError.missingPrivilege(tables: ["t"], role: role)
        #expect(closed.hint?.contains("GRANT pg_read_all_data TO \(written);") == true)
    }

    @Test func `lists a few names and how many more there are`() {
        let error = OperationError.missingPrivilege(tables: (1...8).map { "t\($0)" }, role: "keeper")
        #expect(error.message == "keeper may not read t1, t2, t3, t4, t5 and 3 more")
    }
}
