import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct ConnectingTests {
    /// Far more than is needed, because other tests run beside; far less than without the time-out.
    private static let patience = Duration.seconds(60)

    private func failure(_ info: ConnectionInfo) async throws -> ConnectionFailure {
        let error = try await #require(throws: PostgresError.self) {
            _ = try await Session.open(info, applicationName: "dbops test")
        }
        guard case .connection(let failure) = error else { throw error }
        return failure
    }

    private func tcp(_ binFolder: String = ScratchCluster.anyBinFolder) async throws -> ConnectionInfo {
        let cluster = try await ScratchCluster.shared(binFolder)
        return try #require(cluster.tcpConnectionInfo)
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `connects over TCP with a password`(binFolder: String) async throws {
        let session = try await Session.open(tcp(binFolder), applicationName: "dbops test")
        #expect(session.server.hostAddress == "127.0.0.1")
        #expect(session.connectionInfo.password == ScratchCluster.password)
        #expect(try await session.query("SELECT CURRENT_USER AS u").onlyRow().string("u") == "app")
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `calls a wrong password a matter of permission and keeps it to itself`(binFolder: String) async throws {
        let failure = try await failure(tcp(binFolder).with(password: Secret("wr0ng-passw0rd")))
        #expect(failure.cause == .credentials)
        #expect(failure.category == .permission)
        #expect(failure.sqlState == .invalidPassword)
        #expect(failure.reason.contains("password authentication failed"))
        #expect(!"\(failure)".contains("wr0ng"))
    }

    @Test func `calls a missing password a matter of permission`() async throws {
        #expect(try await failure(tcp().with(password: nil).with("passfile", "/dev/null")).cause == .credentials)
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `names a missing database`(binFolder: String) async throws {
        let failure = try await failure(ScratchCluster.shared(binFolder).connectionInfo.with(database: "nowhere"))
        #expect(failure.cause == .noDatabase)
        #expect(failure.reason.contains("\"nowhere\""))
    }

    @Test func `names an unknown host`() async throws {
        let failure = try await failure(ConnectionInfo(parsing: "postgresql://db.invalid:5432/shop"))
        #expect(failure.cause == .unknownHost)
        #expect(failure.category == .unavailable)
    }

    @Test func `names a port that nobody listens on`() async throws {
        let info = try await tcp().with("port", "\(ScratchCluster.freePort())")
        #expect(try await failure(info).cause == .refused)
    }

    @Test func `gives up on a server that does not answer`() async throws {
        let silent = try SilentServer()
        let info = try await tcp().with("port", "\(silent.port)").with("connect_timeout", "2")
        let start = ContinuousClock.now
        #expect(try await failure(info).cause == .timeout)
        #expect(ContinuousClock.now - start < .seconds(2) + Self.patience)
    }

    @Test func `goes on to the next host of a list`() async throws {
        let silent = try SilentServer()
        let info = try await tcp()
        let port = try #require(info.keywords["port"])
        let list = info.with("host", "127.0.0.1,127.0.0.1,127.0.0.1")
            .with("port", "\(ScratchCluster.freePort()),\(silent.port),\(port)").with("connect_timeout", "2")
        let session = try await Session.open(list, applicationName: "dbops test")
        #expect(session.server.port == port)
        #expect(session.connectionInfo.keywords["port"] == port)
    }

    @Test func `leaves the shared pool free while it connects`() async throws {
        let silent = try SilentServer()
        let info = try await tcp().with("port", "\(silent.port)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask { _ = try? await Session.open(info, applicationName: "dbops test") }
            }
            // On a pool of few threads, each waiting for an answer that never comes, there would be as few.
            try await silent.waitForConnections(40)
            group.cancelAll()
        }
    }

    @Test func `stops connecting when its task is cancelled`() async throws {
        let silent = try SilentServer()
        let info = try await tcp().with("port", "\(silent.port)")
        let task = Task { _ = try await Session.open(info, applicationName: "dbops test") }
        try await silent.waitForConnection()
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ContinuousClock.now - start < Self.patience)
    }

    @Test func `says that the server has no connection to spare`() async throws {
        try await ScratchCluster.with(settings: ["max_connections": "5", "superuser_reserved_connections": "1"]) {
            cluster in
            try await cluster.psql("CREATE ROLE app LOGIN")
            let info = cluster.connectionInfo.with(user: "app")
            var sessions: [Session] = []
            let error = try await #require(throws: PostgresError.self) {
                for _ in 0..<10 { sessions.append(try await Session.open(info, applicationName: "dbops test")) }
            }
            #expect(error.category == .tryLater)
            for session in sessions { await session.close() }
        }
    }

    @Test func `tells a server that was killed in mid-COPY`() async throws {
        try await ScratchCluster.with { cluster in
            let session = try await cluster.openSession()
            let postmaster = try String(contentsOfFile: "\(cluster.folder)/server/data/postmaster.pid", encoding: .utf8)
            let processID = try #require(postmaster.split(separator: "\n").first.flatMap { Int32($0) })
            let error = try await #require(throws: PostgresError.self) {
                _ = try await session.copyOut("COPY (SELECT generate_series(1, 1000000000)) TO STDOUT") { _ in
                    kill(processID, SIGQUIT)
                }
            }
            guard case .connectionLost = error else { throw error }
            #expect(error.category == .failed)
        }
    }
}
