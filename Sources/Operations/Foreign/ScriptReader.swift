import Archive

/// The events of a script, one after another. One task reads.
final class ScriptReader {
    private let source: Relay.Next
    private var scanner = ScriptScanner()
    private var events: [ScriptEvent] = []
    private var position = 0
    private var fault: ScriptFault?
    private var isAtEnd = false

    init(_ source: @escaping Relay.Next) {
        self.source = source
    }

    /// Nil at the end, which is where it may be. Throws ``ScriptFault`` after what stands before it.
    nonisolated(nonsending) func next() async throws -> ScriptEvent? {
        while position == events.count {
            if let fault { throw fault }
            guard !isAtEnd else { return nil }
            events.removeAll(keepingCapacity: true)
            position = 0
            do {
                if let bytes = try await source() {
                    try scanner.scan(bytes, into: &events)
                } else {
                    isAtEnd = true
                    try scanner.finish()
                }
            } catch let error as ScriptFault {
                fault = error
            }
        }
        defer { position += 1 }
        return events[position]
    }
}
