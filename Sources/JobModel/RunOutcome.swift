/// How a run ended, or why there was none.
package enum RunOutcome: String, Sendable, Codable, CaseIterable {
    case succeeded
    /// Some steps or stores failed.
    case partial
    case failed
    /// It was due, and a rule of the job forbade it: ``RunReason`` says which.
    case skipped
    /// It was due when nobody was there to start it.
    case missed
    /// An operator, a newer firing or the end of the daemon stopped it.
    case cancelled
    /// It was started, and whoever ran it is gone.
    case interrupted
}
