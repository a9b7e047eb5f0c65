import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import Operations

@Suite struct NoticeDeliveryTests {
    /// Fails so often with this error before it takes a notice.
    private struct Flaky: Notifier {
        let failures: Int
        let error: any Error
        let calls = Journal<String>()

        func send(_ notice: Notice) async throws {
            calls.add(notice.id)
            if calls.all.count <= failures { throw error }
        }
    }

    /// Takes nothing, for ever.
    private struct Hanging: Notifier {
        func send(_ notice: Notice) async throws { try await Task.sleep(for: .seconds(3_600)) }
    }

    private let pauses = Journal<Duration>()
    private let busy = NotifierError.refused(status: 503, detail: nil, retryAfter: nil)

    private func delivery() -> NoticeDelivery {
        let pauses = pauses
        return NoticeDelivery { pauses.add($0) }
    }

    @Test func `tries again after growing pauses`() async throws {
        let notifier = Flaky(failures: 3, error: busy)
        try await delivery().deliver(.failure, to: notifier)
        #expect(pauses.all == [.seconds(1), .seconds(5), .seconds(25)])
        #expect(notifier.calls.all == Array(repeating: Notice.failure.id, count: 4))
    }

    @Test func `gives up after the last try`() async throws {
        let notifier = Flaky(failures: 100, error: busy)
        await #expect(throws: busy) { try await delivery().deliver(.failure, to: notifier) }
        #expect(notifier.calls.all.count == 4)
    }

    @Test(arguments: [
        NotifierError.refused(status: 404, detail: nil, retryAfter: nil), .badURL, .redirected(status: 302),
        .mail(.loginDenied(host: "mx", reason: "535")),
    ])
    func `does not repeat what cannot end otherwise`(error: NotifierError) async throws {
        let notifier = Flaky(failures: 1, error: error)
        await #expect(throws: error) { try await delivery().deliver(.failure, to: notifier) }
        #expect(notifier.calls.all.count == 1)
    }

    @Test func `waits for as long as the receiver asks`() async throws {
        let error = NotifierError.refused(status: 429, detail: nil, retryAfter: .seconds(17))
        try await delivery().deliver(.failure, to: Flaky(failures: 2, error: error))
        #expect(pauses.all == [.seconds(17), .seconds(17)])
    }

    @Test func `does not wait for longer than a notice may take`() async throws {
        let error = NotifierError.refused(status: 429, detail: nil, retryAfter: .seconds(3_600))
        let notifier = Flaky(failures: 1, error: error)
        await #expect(throws: error) { try await delivery().deliver(.failure, to: notifier) }
        #expect(notifier.calls.all.count == 1)
    }

    @Test func `gives up on a receiver that hangs`() async throws {
        var delivery = delivery()
        delivery.limit = .milliseconds(50)
        await #expect(throws: NotifierError.tooSlow(limit: .milliseconds(50), last: nil)) {
            try await delivery.deliver(.failure, to: Hanging())
        }
    }
}
