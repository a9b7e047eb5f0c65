import JobModel
import Logging
import Postgres

extension OperationContext {
    /// Logs both ends of an operation, and nothing between: steps are the reporter's, and how it failed is told by
    /// whoever it fails for. First removes the private folders that killed runs have left, for there may be a password
    /// in one.
    func logged<Result>(
        _ operation: String, on subject: String, _ work: () async throws -> Result
    ) async throws -> Result {
        var logger = logger
        logger[metadataKey: "operation"] = "\(operation)"
        logger[metadataKey: "subject"] = "\(subject)"
        let stopwatch = Stopwatch()
        logger.info("Operation began")
        defer { logger.info("Operation ended", metadata: ["duration.ms": "\(Int(stopwatch.seconds * 1_000))"]) }
        _ = ThrowAwayCluster.sweepLeftovers(in: temporaryDirectory)
        return try await work()
    }
}

extension Logger {
    /// One line for each end of a run: what nobody has to look at is a notice.
    func tellStart(of run: Run) {
        notice("Run started", metadata: Self.metadata(run))
    }

    func tellEnd(of run: Run, seconds: Double) {
        var metadata = Self.metadata(run)
        metadata["outcome"] = "\(run.outcome?.rawValue ?? "unknown")"
        metadata["duration.ms"] = "\(Int(seconds * 1_000))"
        if let reason = run.reason { metadata["reason"] = "\(reason.rawValue)" }
        if let message = run.message { metadata["error"] = "\(message)" }
        switch run.outcome {
        case .succeeded, .skipped: notice("Run ended", metadata: metadata)
        case .partial, .missed, .cancelled: warning("Run ended", metadata: metadata)
        case .failed, .interrupted, nil: error("Run failed", metadata: metadata)
        }
    }

    private static func metadata(_ run: Run) -> Metadata {
        var metadata: Metadata = ["run.id": "\(run.id)", "job.name": "\(run.job)", "job.kind": "\(run.kind)"]
        if let instant = run.scheduledAt { metadata["due"] = "\(instant.text)" }
        return metadata
    }
}
