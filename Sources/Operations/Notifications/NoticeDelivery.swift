import JobModel
import Synchronization

/// Sends one notice on one way, again where it is worth it, and never for longer than allowed.
package struct NoticeDelivery: Sendable {
    /// The pauses before the second, third, … try. Default: 1, 5 and 25 s.
    package var pauses: [Duration] = [.seconds(1), .seconds(5), .seconds(25)]
    /// For all tries together. Default: 60 s.
    package var limit: Duration = .seconds(60)
    private let sleep: @Sendable (Duration) async throws -> Void

    /// `sleep` waits between tries.
    package init(
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.sleep = sleep
    }

    /// Throws what the last try threw, or ``NotifierError/tooSlow(limit:last:)``.
    package func deliver(_ notice: Notice, to notifier: any Notifier) async throws {
        let last = LastFailure()
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await tryAll(notice, notifier, last) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw NotifierError.tooSlow(limit: limit, last: last.text.withLock { $0 })
            }
            try await group.next()
        }
    }

    private func tryAll(
        _ notice: Notice, _ notifier: any Notifier, _ last: LastFailure
    ) async throws {
        for pause in pauses {
            do {
                return try await notifier.send(notice)
            } catch let error as NotifierError where error.isTransient {
                last.text.withLock { $0 = error.message }
                let wanted = max(pause, error.retryAfter ?? .zero)
                // A receiver that wants to be left alone for longer than there is time gets no more.
                guard wanted < limit else { throw error }
                try await sleep(wanted)
            }
        }
        try await notifier.send(notice)
    }
}

/// What went wrong last, for whoever runs out of time meanwhile.
private final class LastFailure: Sendable {
    let text = Mutex<String?>(nil)
}
