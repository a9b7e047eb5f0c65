import Foundation
import JobModel
import TestSupport
import Testing

@testable import Postgres

/// What the tests below need.
private enum Encryption {
    static let openssl = "/usr/bin/openssl"

    /// Whether certificates can be made and the server is built with TLS.
    static let isPossible: Bool = {
        guard FileManager.default.isExecutableFile(atPath: openssl),
            let server = FileManager.default.contents(atPath: "\(ScratchCluster.anyBinFolder)/postgres")
        else { return false }
        return server.firstRange(of: Data("SSL_CTX_new".utf8)) != nil
    }()
}

@Suite(
    .enabled(if: Encryption.isPossible, "no openssl, or a server without TLS"),
    .timeLimit(.minutes(10)))
struct EncryptedConnectionTests {
    private func run(_ words: String, in folder: String) async throws {
        let child = ChildProcess(
            executable: "/bin/sh", arguments: ["-c", ServerText("cd \(folder) && \(Encryption.openssl) \(words)")],
            environment: ["PATH": "/usr/bin:/bin"])
        let (_, ending) = try await child.withStandardOutput { output in
            while try await output.next() != nil {}
        }
        try #require(ending.status.isSuccess, "\(ending.standardError)")
    }

    /// An authority, a server's certificate for 127.0.0.1, and one of the role `app`, whose key has a passphrase.
    private func makeCertificates(in folder: String) async throws {
        let key = "req -newkey rsa:2048 -subj"
        for name in ["ca", "other"] {
            try await run("\(key) /CN=\(name) -nodes -x509 -days 2 -keyout \(name).key -out \(name).crt", in: folder)
        }
        try OwnedDirectory.write(Array("subjectAltName=IP:127.0.0.1".utf8), to: "\(folder)/names")
        try await run("\(key) /CN=server -nodes -keyout server.key -out server.csr", in: folder)
        try await run("\(key) /CN=app -passout 'pass:open sesame' -keyout app.key -out app.csr", in: folder)
        let sign = "x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial -days 2"
        try await run("\(sign) -in server.csr -extfile names -out server.crt", in: folder)
        try await run("\(sign) -in app.csr -out app.crt", in: folder)
        try OwnedDirectory.write(
            Array("local all all trust\nhostssl all all 127.0.0.1/32 cert\n".utf8), to: "\(folder)/hba")
        chmod(folder, 0o711)
        for name in ["server.crt", "ca.crt", "hba"] { chmod("\(folder)/\(name)", 0o644) }
        chmod("\(folder)/server.key", 0o600)
        if OperatingSystemUser.isRoot, let user = OperatingSystemUser(named: "postgres") {
            chown("\(folder)/server.key", user.userID, user.groupID)
        }
    }

    private func withServer(_ body: (ScratchCluster, ConnectionInfo) async throws -> Void) async throws {
        let directory = try OwnedDirectory(in: "/tmp", purpose: .secrets, runID: "test")
        defer { directory.remove() }
        let folder = directory.path
        try await makeCertificates(in: folder)
        let settings = [
            "ssl": "on", "ssl_ca_file": "\(folder)/ca.crt", "ssl_cert_file": "\(folder)/server.crt",
            "ssl_key_file": "\(folder)/server.key", "hba_file": "\(folder)/hba",
        ]
        try await ScratchCluster.with(wantsTCP: true, settings: settings) { cluster in
            let info = try #require(cluster.tcpConnectionInfo).with(password: nil)
                .with("sslmode", "verify-full").with("sslrootcert", "\(folder)/ca.crt")
                .with("sslcert", "\(folder)/app.crt").with("sslkey", "\(folder)/app.key")
            try await body(cluster, info)
        }
    }

    @Test func `reach sessions and programs with a passphrase that no argument holds`() async throws {
        try await withServer { cluster, info in
            let info = info.with(sslPassword: Secret("open sesame"))
            let session = try await Session.open(info, applicationName: "dbops test")
            let sql: ServerText =
                "SELECT ssl AND client_dn LIKE '%app' AS safe FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            #expect(try await session.query(sql).onlyRow().bool("safe"))
            let psql = try await cluster.tools.client(.psql, forServer: cluster.version)
            let output = try await psql.runSuccessfully(
                ["-X", "-A", "-t", "-c", sql], connection: session.connectionInfo)
            #expect(String(decoding: output.standardOutput, as: UTF8.self) == "t\n")
        }
    }

    @Test func `can be cancelled`() async throws {
        try await withServer { _, info in
            let session = try await Session.open(
                info.with(sslPassword: Secret("open sesame")), applicationName: "dbops test")
            let task = Task { try await session.execute("SELECT pg_sleep(600)") }
            await Task.yield()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await session.query("SELECT 1 AS one").onlyRow().int("one") == 1)
        }
    }

    @Test func `fail with another authority, and say why`() async throws {
        try await withServer { _, info in
            let folder = try #require(info.keywords["sslrootcert"]).dropLast("ca.crt".count)
            let error = try await #require(throws: PostgresError.self) {
                let wrong = info.with(sslPassword: Secret("open sesame")).with("sslrootcert", "\(folder)other.crt")
                _ = try await Session.open(wrong, applicationName: "dbops test")
            }
            guard case .connection(let failure) = error else { throw error }
            #expect(failure.cause == .tls)
            #expect(failure.reason.contains("certificate verify failed"))
        }
    }

    @Test func `fail with a wrong passphrase and keep it to themselves`() async throws {
        try await withServer { _, info in
            let error = try await #require(throws: PostgresError.self) {
                _ = try await Session.open(
                    info.with(sslPassword: Secret("wr0ng")), applicationName: "dbops test")
            }
            guard case .connection = error else { throw error }
            #expect(!"\(error)".contains("wr0ng"))
        }
    }
}
