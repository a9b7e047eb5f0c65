/// Why a backup is kept or deleted.
package enum RetentionReason: Sendable, Hashable {
    // A rule keeps it.
    case last(rank: Int, of: Int)
    case within(Duration)
    case period(RetentionPeriod, String)

    // It is kept whatever the rules say.
    case pinned
    case newestGood
    case newestVerified
    case newerThanNewestVerified
    case nothingVerified
    case listingIncomplete

    // It is kept and does not count.
    case keptApart(Shrinkage)
    case failedVerification
    case inFuture
    case inProgress
    case otherJob(String)
    case otherSystem(String)
    case unknownName
    case unreadable(String)
    case notWhole(String)

    // It is deleted.
    case noRule
    case failedBeforeNewerProof

    /// For people, and for `reasons` in JSON.
    package var text: String {
        switch self {
        case .last(let rank, let count): "last \(rank) of \(count)"
        case .within(let span): "within \(Self.text(of: span))"
        case .period(let period, let name): "\(period.rawValue) \(name)"
        case .pinned: "pinned"
        case .newestGood: "newest good one"
        case .newestVerified: "newest verified"
        case .newerThanNewestVerified: "newer than the newest verified"
        case .nothingVerified: "none is verified yet"
        case .listingIncomplete: "the listing was incomplete"
        case .keptApart(let shrinkage): "kept apart: \(shrinkage.text)"
        case .failedVerification: "failed its verification"
        case .inFuture: "dated in the future"
        case .inProgress: "in progress"
        case .otherJob(let job): "of another job: \(job)"
        case .otherSystem(let identifier): "of another system: \(identifier)"
        case .unknownName: "not the name of a backup"
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .notWhole(let reason): "not whole: \(reason)"
        case .noRule: "no rule keeps it"
        case .failedBeforeNewerProof: "failed its verification, and a newer one is verified"
        }
    }

    private static func text(of span: Duration) -> String {
        let seconds = span.components.seconds
        for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60)] as [(String, Int64)]
        where seconds >= length && seconds.isMultiple(of: length) {
            return "\(seconds / length)\(unit)"
        }
        return "\(seconds)s"
    }
}
