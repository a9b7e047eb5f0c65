import Foundation
import Postgres
import TestSupport
import Testing

/// A scratch cluster to which shell commands talk.
struct TestServer: Sendable {
    /// The directory of the server's programs.
    let programs: String
    let major: Int
    private let environment: [String: String]

    /// The servers of the suite that runs.
    @TaskLocal fileprivate static var running: [TestServer] = []

    static var all: [TestServer] { running }

    static func running(from programs: String) throws -> TestServer {
        try #require(running.first { $0.programs == programs })
    }

    init(_ cluster: ScratchCluster, programs: String) {
        let keywords = cluster.connectionInfo.keywords
        self.programs = programs
        major = cluster.version.major
        environment = [
            "PGHOST": keywords["host"] ?? "", "PGPORT": keywords["port"] ?? "", "PGUSER": keywords["user"] ?? "",
            "PGDATABASE": "postgres",
            "PATH": programs + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? ""),
        ]
    }

    /// Runs a shell command whose PostgreSQL programs are the server's own and talk to the server.
    @discardableResult
    func run(_ command: String, input: String = "") throws -> String {
        String(decoding: try bytes(command, input: Array(input.utf8)), as: UTF8.self)
    }

    func bytes(_ command: String, input: [UInt8] = []) throws -> [UInt8] {
        try Shell.bytes(command, input: input, environment: environment)
    }
}

/// Starts a server of every version for a suite, each with the example databases, and stops them at its end.
struct WithServers: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await Self.start(ScratchCluster.binFolders[...], performing: function)
    }

    private static func start(
        _ folders: ArraySlice<String>, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard let folder = folders.first else { return try await function() }
        try await ScratchCluster.with(folder) { cluster in
            let server = TestServer(cluster, programs: folder)
            try ExampleDatabases.create(on: server)
            try await TestServer.$running.withValue(TestServer.running + [server]) {
                try await start(folders.dropFirst(), performing: function)
            }
        }
    }
}
