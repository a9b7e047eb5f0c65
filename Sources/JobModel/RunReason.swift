/// Why a run has the outcome that it has, for machines; ``Run/message`` says it to people.
package enum RunReason: String, Sendable, Codable, CaseIterable {
    /// The previous run of the job was still alive.
    case overlap
    /// It could not begin within the job's window.
    case window
    /// The server is a standby.
    case standby
    case paused
    /// Another job that it conflicts with was running, or another host holds the job's lock.
    case conflict
    /// A newer firing took its place.
    case replaced
    /// The daemon did not run.
    case down
    /// It was older than `catch_up_within`, or beyond `catch_up_limit`.
    case tooOld = "too-old"
    /// A newer missed firing was run in its place.
    case caughtUpByNewer = "caught-up-by-newer"
    /// It took longer than its timeout.
    case timeout
    /// The daemon stopped.
    case shutdown
    /// The process or the machine went away in the middle.
    case crash
    /// The operator stopped it.
    case byHand = "by-hand"
    /// The clock was set forward over it.
    case clock
}
