import Logging

/// What a command's parts log, as people read it: `Warning: The history cannot be used: …`.
struct PlainLogHandler: LogHandler {
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]
    let write: @Sendable (String) -> Void

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        write(Self.text(event.level, "\(event.message)", metadata.merging(event.metadata ?? [:]) { $1 }))
    }

    /// The cause stands where people look for it, the run's id not at all: they see one run.
    static func text(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        let word = level >= .error ? "Error" : level == .warning ? "Warning" : "Note"
        let causes = ["error", "reason"].compactMap { metadata[$0].map { "\($0)" } }
        let others = metadata.filter { !["error", "reason", "run.id"].contains($0.key) }
            .sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "\(word): \(message)" + causes.map { ": \($0)" }.joined()
            + (others.isEmpty ? "" : " (\(others.joined(separator: ", ")))")
    }
}
