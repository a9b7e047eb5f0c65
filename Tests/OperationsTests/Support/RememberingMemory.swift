import JobModel
import Synchronization

/// Remembers as long as it lives.
final class RememberingMemory: JobMemory {
    private let texts = Mutex<[String: String]>([:])

    func memory(named name: String) async -> String? { texts.withLock { $0[name] } }

    @discardableResult func remember(_ text: String?, as name: String) async -> Bool {
        texts.withLock { $0[name] = text }
        return true
    }

    var names: [String] { texts.withLock { $0.keys.sorted() } }
}
