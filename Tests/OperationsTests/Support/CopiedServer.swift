import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

/// A server on a copy of a cluster's files, as long as a closure runs.
enum CopiedServer {
    /// `folder` is one that other users may pass through. `prepare` is given the copy before a server runs on it.
    nonisolated(nonsending) static func with(
        of cluster: ScratchCluster, in folder: TestFolder, named name: String, copying options: [String] = [],
        prepare: (_ data: String) throws -> Void = { _ in }, settings: [String] = [],
        _ body: nonisolated(nonsending) (ConnectionInfo) async throws -> Void
    ) async throws {
        let home = try folder.makeFolder(name)
        if let user = ServerProcess.user { chown(home, user.userID, user.groupID) }
        let bin = ScratchCluster.anyBinFolder
        let keywords = cluster.connectionInfo.keywords
        let copying = [
            "\(bin)/pg_basebackup", "-D", "\(home)/data", "-h", keywords["host"] ?? "", "-p", keywords["port"] ?? "",
            "-U", "postgres", "-c", "fast", "--no-sync",
        ]
        try run(copying + options, in: home)
        try prepare("\(home)/data")
        let places = ["-c", "listen_addresses=", "-c", "unix_socket_directories=\(home)", "-c", "port=5432"]
        let server = try ServerProcess.start(
            ["\(bin)/postgres", "-D", "\(home)/data"] + places + ["-c", "fsync=off"] + settings, in: home)
        defer {
            server.terminate()
            server.waitUntilExit()
        }
        let connection = cluster.connectionInfo.with("host", home).with("port", "5432")
        try await waitUntil("the server on the copy does not start") {
            guard let session = try? await Session.open(connection, applicationName: "test") else { return false }
            await session.close()
            return true
        }
        try await body(connection)
    }

    static func run(_ command: [String], in folder: String) throws {
        let program = try ServerProcess.start(command, in: folder)
        program.waitUntilExit()
        try #require(program.terminationStatus == 0, "\(command)")
    }
}
