import JobModel

/// What dbops tells the shell. The only place where a failure becomes a number.
///
/// Source: `sysexits.h` of BSD for 64 to 78; 128 + n for a signal n.
enum ExitCode: Int32, CaseIterable {
    case done = 0
    case failed = 1
    case partial = 3
    case usage = 64
    case damaged = 65
    case unavailable = 69
    case defect = 70
    case cannotWrite = 73
    case tryLater = 75
    case permission = 77
    case configuration = 78
    case interrupted = 130
    case terminated = 143

    init(_ category: FailureCategory) {
        switch category {
        case .failed, .findings: self = .failed
        case .partial: self = .partial
        case .usage: self = .usage
        case .damaged: self = .damaged
        case .unavailable: self = .unavailable
        case .defect: self = .defect
        case .cannotWrite: self = .cannotWrite
        case .tryLater: self = .tryLater
        case .permission: self = .permission
        case .configuration: self = .configuration
        case .cancelled: self = .interrupted
        }
    }

    var meaning: String {
        switch self {
        case .done: "done"
        case .failed: "failed: the work broke off on the server's side, or advise found what --fail-on names"
        case .partial: "partial: some steps or stores failed"
        case .usage: "usage: unknown option, bad value"
        case .damaged: "the archive is damaged, or a check of a verification failed"
        case .unavailable: "not available: server, store or bucket; no fitting programs"
        case .defect: "a fault of dbops"
        case .cannotWrite: "cannot write: read-only, disk full, the target exists"
        case .tryLater: "try later: a lock is held, too many connections"
        case .permission: "permission: wrong password, wrong secret, missing privilege"
        case .configuration: "a setting is wrong"
        case .interrupted: "interrupted (SIGINT)"
        case .terminated: "terminated (SIGTERM)"
        }
    }
}
