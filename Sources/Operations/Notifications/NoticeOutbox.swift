package import JobModel
package import Logging

/// Takes notices from whoever has news, at once, and sends them meanwhile: no job waits for a receiver, and none fails
/// with one. What cannot be sent is a warning in the log.
///
/// Notices about one job reach one notifier in the order of their posting, so that a start never comes behind its end.
package actor NoticeOutbox {
    /// A notice and whom it goes to.
    package struct Letter: Sendable {
        package let notice: Notice
        package let notifier: NotifierSettings

        package init(_ notice: Notice, to notifier: NotifierSettings) {
            self.notice = notice
            self.notifier = notifier
        }
    }

    fileprivate struct Lane: Hashable {
        let notifier: String
        let job: String
    }

    private enum Step {
        case send(Letter)
        case setDeadline(Duration)
        case end
    }

    /// Letters that wait; beyond it the oldest are dropped.
    private static let capacity = 1_000
    /// Letters to one notifier that are under way at the same time: a dead receiver must not hold up the others.
    private static let lanesPerNotifier = 8

    private let opener: NotifierOpener
    private let delivery: NoticeDelivery
    private let logger: Logger
    private var waiting: [Letter] = []
    private var lanes: Set<Lane> = []
    private var closingGrace: Duration?
    private var isClosing = false
    private var isGivenUp = false
    private var sleeper: CheckedContinuation<Void, Never>?

    package init(opener: NotifierOpener, delivery: NoticeDelivery = NoticeDelivery(), logger: Logger) {
        self.opener = opener
        self.delivery = delivery
        self.logger = logger
    }

    /// Takes letters; they are sent while somebody is inside ``delivering(grace:_:)``.
    package func post(_ letters: [Letter]) {
        waiting += letters
        while waiting.count > Self.capacity { drop(waiting.removeFirst(), why: "too many wait to be sent") }
        ring()
    }

    /// Sends what is posted while `work` goes on, and what is left then, for at most `grace`. A cancelled task's
    /// letters are sent as well: its end is news. One caller at a time may be inside.
    package nonisolated func delivering<Success: Sendable>(
        grace: Duration = .seconds(30), _ work: @Sendable () async throws -> Success
    ) async rethrows -> Success {
        async let sent: Void = CleanupScope.run { await self.sendAll() }
        do {
            let success = try await work()
            await close(grace: grace)
            await sent
            return success
        } catch {
            await close(grace: grace)
            await sent
            throw error
        }
    }

    private func close(grace: Duration) {
        isClosing = true
        closingGrace = grace
        ring()
    }

    // MARK: - Sending

    private func sendAll() async {
        await withDiscardingTaskGroup { group in
            while true {
                switch await nextStep() {
                case .send(let letter): group.addTask { await self.send(letter) }
                case .setDeadline(let grace):
                    group.addTask {
                        guard (try? await Task.sleep(for: grace)) != nil else { return }
                        await self.giveUp()
                    }
                case .end: return group.cancelAll()
                }
            }
        }
        (isClosing, isGivenUp) = (false, false)
    }

    private func nextStep() async -> Step {
        while true {
            if let grace = closingGrace {
                closingGrace = nil
                return .setDeadline(grace)
            }
            if isGivenUp {
                while let letter = waiting.popLast() { drop(letter, why: "there was no more time to send it") }
                return .end
            }
            if let index = waiting.firstIndex(where: isFree) {
                let letter = waiting.remove(at: index)
                lanes.insert(letter.lane)
                return .send(letter)
            }
            if isClosing, waiting.isEmpty, lanes.isEmpty { return .end }
            await withCheckedContinuation { sleeper = $0 }
        }
    }

    private func isFree(_ letter: Letter) -> Bool {
        !lanes.contains(letter.lane)
            && lanes.count { $0.notifier == letter.notifier.name } < Self.lanesPerNotifier
    }

    private func giveUp() {
        isGivenUp = true
        ring()
    }

    private func ring() {
        sleeper?.resume()
        sleeper = nil
    }

    private nonisolated func send(_ letter: Letter) async {
        do {
            try await delivery.deliver(letter.notice, to: opener.open(letter.notifier))
            logger.debug("A notice was sent", metadata: letter.metadata)
        } catch {
            let reason =
                error is CancellationError
                ? "there was no more time to send it" : (error as? any UserFacingError)?.message ?? "\(error)"
            await drop(letter, why: reason)
        }
        await leave(letter.lane)
    }

    private func leave(_ lane: Lane) {
        lanes.remove(lane)
        ring()
    }

    private func drop(_ letter: Letter, why reason: String) {
        logger.warning(
            "A notice could not be sent", metadata: letter.metadata.merging(["error": "\(reason)"]) { old, _ in old })
    }
}

extension NoticeOutbox.Letter {
    fileprivate var lane: NoticeOutbox.Lane { .init(notifier: notifier.name, job: notice.job) }

    fileprivate var metadata: Logger.Metadata {
        ["notifier.name": "\(notifier.name)", "job.name": "\(notice.job)", "event": "\(notice.eventName)"]
    }
}
