package import Testing

/// Waits for something that another process does, of which nobody tells: asks again and again until it is so.
package nonisolated(nonsending) func waitUntil(
    _ what: Comment, within limit: Duration = .seconds(180), sourceLocation: SourceLocation = #_sourceLocation,
    _ isSo: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !isSo() {
        try #require(ContinuousClock.now < end, what, sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(10))
    }
}
