/// What a ``Channel`` protects with its lock. Nothing here resumes a task: that happens outside the lock, by the
/// ``Wakeups`` that each step returns.
struct ChannelState<Element: Sendable> {
    typealias Sender = CheckedContinuation<Void, any Error>
    typealias Receiver = CheckedContinuation<Element?, any Error>
    typealias Ticket = UInt64

    /// Tasks to go on, with what they get.
    struct Wakeups {
        var senders: [(Sender, Result<Void, any Error>)] = []
        var receivers: [(Receiver, Result<Element?, any Error>)] = []

        consuming func resume() {
            for (sender, result) in senders { sender.resume(with: result) }
            for (receiver, result) in receivers { receiver.resume(with: result) }
        }
    }

    private let capacity: Int
    private var elements = FirstInFirstOut<Element>()
    /// Non-nil once finished: nil for all is well.
    private var ending: Result<Element?, any Error>?
    private var lastTicket: Ticket = 0
    /// Waiting tasks by ticket; the queues may still name tickets of tasks that were cancelled since.
    private var senders: [Ticket: (sender: Sender, element: Element)] = [:]
    private var senderOrder = FirstInFirstOut<Ticket>()
    private var receivers: [Ticket: Receiver] = [:]
    private var receiverOrder = FirstInFirstOut<Ticket>()

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func makeTicket() -> Ticket {
        lastTicket += 1
        return lastTicket
    }

    mutating func send(_ element: Element, from sender: Sender, ticket: Ticket, isCancelled: Bool) -> Wakeups {
        if isCancelled { return Wakeups(senders: [(sender, .failure(CancellationError()))]) }
        guard ending == nil else { return Wakeups(senders: [(sender, .failure(ChannelClosedError()))]) }
        if let receiver = popReceiver() {
            return Wakeups(senders: [(sender, .success(()))], receivers: [(receiver, .success(element))])
        }
        guard elements.count >= capacity else {
            elements.append(element)
            return Wakeups(senders: [(sender, .success(()))])
        }
        senders[ticket] = (sender, element)
        senderOrder.append(ticket)
        return Wakeups()
    }

    mutating func receive(_ receiver: Receiver, ticket: Ticket, isCancelled: Bool) -> Wakeups {
        if isCancelled { return Wakeups(receivers: [(receiver, .failure(CancellationError()))]) }
        if let element = elements.popFirst() {
            var wakeups = Wakeups(receivers: [(receiver, .success(element))])
            if let waiting = popSender() {
                elements.append(waiting.element)
                wakeups.senders.append((waiting.sender, .success(())))
            }
            return wakeups
        }
        if let ending { return Wakeups(receivers: [(receiver, ending)]) }
        receivers[ticket] = receiver
        receiverOrder.append(ticket)
        return Wakeups()
    }

    mutating func cancel(_ ticket: Ticket) -> Wakeups {
        var wakeups = Wakeups()
        if let waiting = senders.removeValue(forKey: ticket) {
            wakeups.senders.append((waiting.sender, .failure(CancellationError())))
        }
        if let receiver = receivers.removeValue(forKey: ticket) {
            wakeups.receivers.append((receiver, .failure(CancellationError())))
        }
        return wakeups
    }

    mutating func finish(with result: Result<Element?, any Error>) -> Wakeups {
        guard ending == nil else { return Wakeups() }
        ending = result
        var wakeups = Wakeups()
        while let waiting = popSender() { wakeups.senders.append((waiting.sender, .failure(ChannelClosedError()))) }
        while let receiver = popReceiver() { wakeups.receivers.append((receiver, result)) }
        return wakeups
    }

    mutating func close() -> Wakeups {
        let wakeups = finish(with: .success(nil))
        _ = elements.removeAll()
        return wakeups
    }

    private mutating func popSender() -> (sender: Sender, element: Element)? {
        while let ticket = senderOrder.popFirst() {
            if let waiting = senders.removeValue(forKey: ticket) { return waiting }
        }
        return nil
    }

    private mutating func popReceiver() -> Receiver? {
        while let ticket = receiverOrder.popFirst() {
            if let receiver = receivers.removeValue(forKey: ticket) { return receiver }
        }
        return nil
    }
}
