import JobModel
import Logging

extension OperationContext {
    /// Logs both ends of a run, and nothing between: steps are the reporter's.
    func logged<Result>(
        _ operation: String, on subject: String, _ work: () async throws -> Result
    ) async throws -> Result {
        var logger = logger
        logger[metadataKey: "operation"] = "\(operation)"
        logger[metadataKey: "subject"] = "\(subject)"
        let stopwatch = Stopwatch()
        func milliseconds() -> Logger.MetadataValue { "\(Int(stopwatch.seconds * 1_000))" }
        logger.notice("Run started")
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
