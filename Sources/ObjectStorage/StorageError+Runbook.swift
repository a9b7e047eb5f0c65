package import JobModel

extension StorageError {
    package var runbook: Runbook? {
        switch self {
        case .denied, .noCredentials: .credentialsRotated
        case .cannotWrite: .storeFull
        case .damaged: .verificationFailed
        case .unavailable, .notFound, .tooLarge, .configuration, .failed: nil
        }
    }
}
