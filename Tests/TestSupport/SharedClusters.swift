package import Testing

extension Trait where Self == SharedClusters {
    /// Gives all tests of a suite one server of each version, as ``ScratchCluster/shared(_:)``.
    package static var sharedClusters: Self { SharedClusters(binFolders: ScratchCluster.binFolders) }

    /// Gives all tests of a suite one server, as ``ScratchCluster/shared(_:)``: for what does not depend on the version.
    package static var sharedCluster: Self { SharedClusters(binFolders: [ScratchCluster.anyBinFolder]) }
}

/// Starts the servers when the suite begins and removes them when it ends.
package struct SharedClusters: SuiteTrait, TestScoping {
    @TaskLocal fileprivate static var clusters: [String: ScratchCluster] = [:]
    fileprivate let binFolders: [String]

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await start(binFolders[...], [:], function)
    }

    private func start(
        _ binFolders: ArraySlice<String>, _ running: [String: ScratchCluster],
        _ function: @Sendable () async throws -> Void
    ) async throws {
        guard let binFolder = binFolders.first else {
            return try await Self.$clusters.withValue(running) { try await function() }
        }
        try await ScratchCluster.with(binFolder, wantsTCP: true) { cluster in
            var running = running
            running[binFolder] = cluster
            try await start(binFolders.dropFirst(), running, function)
        }
    }
}

extension ScratchCluster {
    /// The suite's server of this installation; throws outside of a suite with the trait `.sharedClusters`.
    package static func shared(_ binFolder: String = anyBinFolder) throws -> ScratchCluster {
        try #require(SharedClusters.clusters[binFolder], "the suite lacks the trait .sharedClusters")
    }
}
