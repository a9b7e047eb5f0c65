/// Runs `body` to its end although the calling task is cancelled: for what must be cleaned up in any case.
///
/// This is the only place in this target that starts a task of its own; it is awaited.
func uncancelled<Success: Sendable>(_ body: @escaping @Sendable () async -> Success) async -> Success {
    await Task { await body() }.value
}
