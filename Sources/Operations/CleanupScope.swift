/// Work that must be done although the run was cancelled: removing what a broken run has left, writing down how it
/// ended.
///
/// This is the only place that makes an unstructured task. A cancelled task cannot wait for the network any more, so
/// the work runs in a task of its own, which its caller awaits.
enum CleanupScope {
    static func run(_ cleanup: @escaping @Sendable () async -> Void) async {
        await Task { await cleanup() }.value
    }

    /// The same for work that has a result or fails.
    static func result<Success: Sendable>(
        of work: @escaping @Sendable () async throws -> Success
    ) async throws -> Success {
        try await Task { try await work() }.value
    }
}
