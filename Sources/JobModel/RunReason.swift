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
    /// As many jobs as may run at a time were running, until the next firing.
    case capacity
    /// A newer firing took its place.
    case replaced
    /// The job is no more in the job file, or has another schedule.
    case removed
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
    /// The machine slept over it, or its clock was set forward.
    case clock
}

extension RunReason {
    /// For people.
    package var sentence: String {
        switch self {
        case .overlap: "the previous run was still alive"
        case .window: "it could not begin within the job's window"
        case .standby: "the server is a standby"
        case .paused: "the job is paused"
        case .conflict: "a job that it conflicts with was running, or another host held its lock"
        case .capacity: "as many jobs as may run at a time were running"
        case .replaced: "a newer firing took its place"
        case .removed: "the job left the job file, or got another schedule"
        case .down: "the daemon was not running"
        case .tooOld: "it was missed too long ago to be caught up"
        case .caughtUpByNewer: "a newer firing was run in its place"
        case .timeout: "it took longer than the job's timeout"
        case .shutdown: "the daemon was stopped"
        case .crash: "the process that ran it went away"
        case .byHand: "it was stopped by hand"
        case .clock: "the machine slept over it, or its clock was set forward"
        }
    }
}
