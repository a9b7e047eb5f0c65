import JobModel

/// Something worth telling while an operation runs. Rendering is the reporter's business.
package enum ProgressEvent: Sendable {
    /// A phase begins, for instance "reading the table of contents".
    case phase(String)
    /// How much there is to move: tables (and batches of large objects), and bytes as far as they are known.
    case expected(items: Int, bytes: Int)
    /// Bytes moved since the last event of this kind.
    case moved(bytes: Int)
    /// An item is done.
    case finished(item: String, rows: Int, bytes: Int)
    /// Something odd that does not stop the run.
    case warning(String)
    /// What is going to be done, as JSON: decided, and not begun.
    case plan(String)
    /// A fact for people, printed at once.
    case note(String)
}

/// Shows people what goes on. Called from many tasks at once; must not wait.
package protocol ProgressReporter: Sendable {
    func report(_ event: ProgressEvent)
}
