import Synchronization

/// Says to a thread that waits inside libcurl that nobody waits for it any more.
final class StopFlag: Sendable {
    private let isSet = Atomic(false)

    func raise() { isSet.store(true, ordering: .relaxed) }
    var isRaised: Bool { isSet.load(ordering: .relaxed) }
}
