import JobModel
import Logging
import ObjectStorage
import Operations
import Postgres
import TestSupport

extension OperationContext {
    /// For what needs neither programs nor folders.
    static func forLocks(
        runID: RunID, host: String = "bench", clock: any WallClock = ManualClock(),
        reporter: any ProgressReporter = RecordingReporter()
    ) -> OperationContext {
        OperationContext(
            runID: runID, clock: clock, tools: ClientTools(environment: [:]), reporter: reporter,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, version: "0.0.0-test", hostName: host,
            temporaryDirectory: "/tmp")
    }
}

/// A store in a ``MemoryS3``, with small pieces and without waiting.
enum MemoryS3Store {
    static func open(_ server: MemoryS3, prefix: String = "prefix") throws -> any ObjectStore {
        let surroundings = S3Surroundings(sleep: { _ in }, jitter: { 1 })
        let location = S3Location(bucket: server.bucket, prefix: prefix, endpoint: server.endpoint, pathStyle: true)
        return try StoreOpener(
            environment: ["AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "secret"], surroundings: surroundings
        ).open(.s3(location))
    }
}
