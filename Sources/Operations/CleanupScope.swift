/// Work that must be done although the run was cancelled: removing what a broken run has left.
///
/// This is the only place that makes an unstructured task. A cancelled task cannot wait for the network any more, so
/// the clean-up runs in a task of its own, which its caller awaits.
enum CleanupScope {
    static func run(_ cleanup: @escaping @Sendable () async -> Void) async {
        await Task { await cleanup() }.value
    }
}
