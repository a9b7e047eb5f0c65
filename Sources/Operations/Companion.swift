/// Something that goes on beside the work for as long as the work goes on: a heartbeat, a watch.
enum Companion {
    /// Runs `body` with `companion` beside it. Where the companion throws, the body is cancelled and the error is
    /// thrown; where the body ends, the companion is cancelled.
    static func run<Result: Sendable>(
        _ companion: @escaping @Sendable () async throws -> Void,
        beside body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await companion()
                return nil
            }
            group.addTask { try await body() }
            while let ended = try await group.next() {
                if let result = ended {
                    group.cancelAll()
                    return result
                }
            }
            throw CancellationError()
        }
    }

    /// Does `action` every `interval` until it is cancelled.
    static func every(_ interval: Duration, _ action: @Sendable () async throws -> Void) async throws {
        while true {
            try await Task.sleep(for: interval)
            try await action()
        }
    }
}
