import Foundation
import JobModel
import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(10))) struct PoolerTests {
    private static let pgbouncer = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs `body` with the address of a PgBouncer in front of a server.
    private func withPooler(
        _ settings: String, _ body: (ConnectionInfo) async throws -> Void
    ) async throws {
        let program = try #require(Self.pgbouncer)
        try await ScratchCluster.with(wantsTCP: true) { cluster in
            let server = try #require(cluster.tcpConnectionInfo)
            let port = ScratchCluster.freePort()
            let folder = "\(cluster.folder)/server"
            let text = """
                [databases]
                postgres = host=\(folder) port=\(server.keywords["port"] ?? "") user=postgres
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = \(port)
                auth_type = any
                unix_socket_dir =
                \(settings)
                """
            try OwnedDirectory.write(Array(text.utf8), to: "\(cluster.folder)/pgbouncer.ini")
            chmod("\(cluster.folder)/pgbouncer.ini", 0o644)
            let child = ChildProcess(
                executable: program, arguments: [ServerText("\(cluster.folder)/pgbouncer.ini")], environment: [:],
                user: OperatingSystemUser.isRoot ? OperatingSystemUser(named: "postgres") : nil)
            _ = try await child.withStandardOutput { _ in
                try await body(
                    ConnectionInfo(keywords: [
                        "host": "127.0.0.1", "port": "\(port)", "user": "postgres", "dbname": "postgres",
                    ]))
            }
        }
    }

    private func open(_ info: ConnectionInfo) async throws -> Session {
        while true {
            do {
                return try await Session.open(info, applicationName: "dbops test")
            } catch PostgresError.connection(let failure) where failure.cause == .refused {
                await Task.yield()
            }
        }
    }

    @Test(.enabled(if: pgbouncer != nil, "PgBouncer is not installed"), arguments: ["transaction", "session"])
    func `is found in every mode`(mode: String) async throws {
        try await withPooler("pool_mode = \(mode)") { info in
            let session = try await open(info)
            #expect(try await session.isBehindPooler())
            let error = try await #require(throws: PostgresError.self) { try await session.refusePooler() }
            #expect(error == .pooler(server: session.server.displayText))
            #expect(error.category == .configuration)
        }
    }

    @Test(.enabled(if: pgbouncer != nil, "PgBouncer is not installed"))
    func `is found by its own words`() async throws {
        try await withPooler("pool_mode = transaction") { info in
            _ = try await open(info)
            let error = try await #require(throws: PostgresError.self) {
                _ = try await open(info.with("options", "-c statement_timeout=0"))
            }
            guard case .pooler = error else { throw error }
        }
    }

    @Test func `is not found in front of a server itself`() async throws {
        try await ScratchCluster.with(wantsTCP: true) { cluster in
            let info = try #require(cluster.tcpConnectionInfo)
            try await Session.open(info, applicationName: "dbops test").refusePooler()
            try await cluster.openSession().refusePooler()
        }
    }
}
