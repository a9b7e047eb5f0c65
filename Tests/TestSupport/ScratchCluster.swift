import Foundation
package import JobModel
package import Postgres
import Synchronization

/// A real PostgreSQL server for tests, which lives as long as a closure.
package struct ScratchCluster: Sendable {
    /// The superuser `postgres`, over the socket, database `postgres`.
    package let connectionInfo: ConnectionInfo
    /// The role `app` with the password `app secret`, over TCP on 127.0.0.1; nil unless asked for.
    package let tcpConnectionInfo: ConnectionInfo?
    package let version: PostgresVersion
    /// The programs of the server's own installation.
    package let tools: ClientTools
    package let folder: String

    package static let password = Secret("app secret")

    /// The bin folders of the servers to test on: `DBOPS_TEST_PG`, separated by colons, else all that are installed.
    package static let binFolders: [String] = {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["DBOPS_TEST_PG"].map { $0.split(separator: ":").map(String.init) }
        let folders = named ?? ClientTools(environment: environment).folders
        let usable = folders.filter { folder in
            ["initdb", "postgres", "psql"].allSatisfy { access("\(folder)/\($0)", X_OK) == 0 }
        }
        if usable.isEmpty { print("No PostgreSQL server programs found: set DBOPS_TEST_PG to their bin folders.") }
        return usable
    }()

    /// The first of ``binFolders``: for what does not depend on the version.
    package static var anyBinFolder: String { binFolders.first ?? "/usr/lib/postgresql/15/bin" }

    /// Starts a server from `binFolder`, runs `body` with it, and removes it.
    package nonisolated(nonsending) static func with<Success: Sendable>(
        _ binFolder: String = anyBinFolder, wantsTCP: Bool = false, settings: [String: String] = [:],
        _ body: nonisolated(nonsending) (ScratchCluster) async throws -> Success
    ) async throws -> Success {
        let tools = ClientTools(binFolder: binFolder, environment: ProcessInfo.processInfo.environment)
        let programs = try await tools.serverPrograms(atLeast: 10)
        var options = ThrowAwayClusterOptions(runID: "test")
        options.settings = ["wal_level": "logical", "max_wal_senders": "10", "shared_buffers": "64MB"]
        options.settings.merge(settings) { $1 }
        let port = wantsTCP ? freePort() : nil
        if let port {
            options.settings["listen_addresses"] = "127.0.0.1"
            options.settings["port"] = "\(port)"
        }
        return try await ThrowAwayCluster.with(programs, options) { cluster in
            let scratch = ScratchCluster(cluster, tools: tools)
            guard let port else { return try await body(scratch) }
            return try await body(scratch.withPasswordRole(port: port))
        }
    }

    private init(_ cluster: ThrowAwayCluster, tools: ClientTools) {
        connectionInfo = cluster.connectionInfo
        tcpConnectionInfo = nil
        version = cluster.version
        folder = cluster.folder
        self.tools = tools
    }

    private init(_ other: ScratchCluster, tcp: ConnectionInfo) {
        connectionInfo = other.connectionInfo
        tcpConnectionInfo = tcp
        version = other.version
        folder = other.folder
        tools = other.tools
    }

    private nonisolated(nonsending) func withPasswordRole(port: Int) async throws -> ScratchCluster {
        try await psql("CREATE ROLE app LOGIN PASSWORD '\(Self.password.value)'")
        let info = ConnectionInfo(keywords: [
            "host": "127.0.0.1", "port": "\(port)", "user": "app", "dbname": "postgres",
            "password": Self.password.value,
        ])
        return ScratchCluster(self, tcp: info)
    }

    /// Runs a script with psql as superuser, and returns its unaligned output without headings.
    @discardableResult
    package nonisolated(nonsending) func psql(
        _ script: ServerText, database: String = "postgres"
    ) async throws -> String {
        let psql = try await tools.client(.psql, forServer: version)
        let output = try await psql.runSuccessfully(
            ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"],
            connection: connectionInfo.with(database: database), standardInput: script.bytes)
        return String(decoding: output.standardOutput, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Makes a database and returns how to reach it as superuser.
    package nonisolated(nonsending) func createDatabase(
        _ name: String, options: String = ""
    ) async throws -> ConnectionInfo {
        try await psql("CREATE DATABASE \(ServerText(name).quotedAsIdentifier) \(ServerText(options))")
        return connectionInfo.with(database: name)
    }

    /// A session as superuser.
    package nonisolated(nonsending) func openSession(database: String = "postgres") async throws -> Session {
        try await Session.open(connectionInfo.with(database: database), applicationName: "dbops test")
    }

    private static let givenPorts = Mutex<Set<Int>>([])

    /// A port that nobody listens on at this moment, and that no other test of the process was given.
    package static func freePort() -> Int {
        while true {
            let port = unusedPort()
            if givenPorts.withLock({ $0.insert(port).inserted }) { return port }
        }
    }

    private static func unusedPort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(descriptor, address, length)
                _ = getsockname(descriptor, address, &length)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
    }
}
