package import JobModel

extension AdviceID {
    /// The page for when what the check finds has become an emergency; nil where there is none.
    package var runbook: Runbook? {
        switch self {
        case .wraparound, .xminHolder, .preparedTransaction: .wraparoundNear
        case .slotRetainsWAL, .slotWithoutLimit, .archiver: .diskFullByWAL
        case .replicationLag, .standbyDisconnected: .replicaBehind
        case .connectionSaturation, .idleInTransaction: .connectionsExhausted
        case .slowStatement, .missingIndex, .longTransaction: .slowQueries
        case .poolHazard: .pgbouncerInFront
        case .noBackup: .noRecentBackup
        default: nil
        }
    }
}
