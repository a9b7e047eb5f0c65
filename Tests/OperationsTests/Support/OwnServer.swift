import TestSupport
import Testing

/// Gives a suite a server of its own: its tests count sessions and databases, and fill the table of locks.
struct OwnServer: SuiteTrait, TestScoping {
    @TaskLocal private static var running: ScratchCluster?

    static var cluster: ScratchCluster {
        get throws { try #require(running, "the suite lacks the trait OwnServer") }
    }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await ScratchCluster.with(wantsTCP: true) { cluster in
            try await Self.$running.withValue(cluster) { try await function() }
        }
    }
}
