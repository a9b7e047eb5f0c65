package import JobModel

extension PostgresError {
    package var runbook: Runbook? {
        switch self {
        case .pooler: .pgbouncerInFront
        case .connection(let failure) where failure.cause == .credentials: .credentialsRotated
        case .connection(let failure) where failure.cause == .tooManyConnections: .connectionsExhausted
        default: nil
        }
    }
}
