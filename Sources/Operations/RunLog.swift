import JobModel
import Logging
import Postgres

extension OperationContext {
    /// Logs both ends of a run, and nothing between: steps are the reporter's. First removes the private folders that
    /// killed runs have left, for there may be a password in one.
    func logged<Result>(
        _ operation: String, on subject: String, _ work: () async throws -> Result
    ) async throws -> Result {
        var logger = logger
        logger[metadataKey: "operation"] = "\(operation)"
        logger[metadataKey: "subject"] = "\(subject)"
        let stopwatch = Stopwatch()
        func milliseconds() -> Logger.MetadataValue { "\(Int(stopwatch.seconds * 1_000))" }
        logger.notice("Run started")
        _ = ThrowAwayCluster.sweepLeftovers(in: temporaryDirectory)
        do {
            let result = try await work()
            logger.notice("Run ended", metadata: ["duration.ms": milliseconds()])
            return result
        } catch {
            let reason = (error as? any UserFacingError)?.message ?? "\(error)"
            logger.error("Run failed", metadata: ["duration.ms": milliseconds(), "error": "\(reason)"])
            throw error
        }
    }
}
