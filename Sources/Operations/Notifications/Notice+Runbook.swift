package import JobModel

extension Notice {
    /// The page that says what to do about it; nil for good news, and where there is none.
    package var runbook: Runbook? {
        switch event {
        case nil, .started, .succeeded, .recovered: nil
        case .stale: .noRecentBackup
        case .missed: .missedRuns
        case .verificationFailed: .verificationFailed
        case .failed, .partial: Runbook.ofTrouble(inJobsOfKind: kind)
        }
    }
}
