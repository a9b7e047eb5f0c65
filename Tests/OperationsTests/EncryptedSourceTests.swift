import Archive
import JobModel
import TestSupport
import Testing

@testable import Operations
@testable import Postgres

/// A server that takes nothing but TLS with a certificate: our sessions and all programs that we start must bring it.
@Suite(.enabled(if: TLSAuthority.isPossible(ScratchCluster.anyBinFolder), "no openssl, or a server without TLS"))
struct EncryptedSourceTests {
    private static let hba = """
        local all postgres trust
        hostssl all app 127.0.0.1/32 cert
        hostssl all keyed 127.0.0.1/32 scram-sha-256
        """

    private static let script: ServerText = """
        CREATE ROLE keyed LOGIN CREATEDB PASSWORD 'app secret'; ALTER ROLE app CREATEDB;
        CREATE TABLE t AS SELECT n FROM generate_series(1, 100) n; SELECT lo_from_bytea(4711, 'large');
        GRANT SELECT ON LARGE OBJECT 4711 TO app, keyed; GRANT pg_read_all_data, postgres TO app, keyed;
        """

    @Test(arguments: ["app", "keyed"])
    func `is backed up, restored and proven over TLS`(role: String) async throws {
        let authority = try TLSAuthority()
        let settings = try authority.serverSettings(hba: Self.hba)
        try await ScratchCluster.with(wantsTCP: true, settings: settings) { cluster in
            try await Workbench.with(Self.script, on: cluster) { bench in
                var connection = try #require(cluster.tcpConnectionInfo).with(user: role)
                    .with(database: bench.database.database ?? "")
                    .with("sslmode", "verify-full").with("sslrootcert", "\(authority.folder)/ca.crt")
                if role == "app" {
                    connection = connection.with(password: nil).with(sslPassword: Secret("open sesame"))
                        .with("sslcert", "\(authority.folder)/app.crt").with("sslkey", "\(authority.folder)/locked.key")
                }
                let backup = try await bench.backUp(connection: connection)
                #expect(backup.manifest.globals != nil)
                #expect(try await bench.verify(backup) { $0.server = connection }.failures == [:])
                let request = RestoreRequest(target: connection.with(database: "copy_\(role)"), destination: .new)
                let report = try await RestoreOperation(
                    context: bench.context(), source: try await bench.source(backup), request: request
                ).execute()
                #expect(report.outcome == .succeeded)
                #expect(report.manifest.totals.rows == 100)
            }
        }
    }

    @Test func `a check says whether the way to a server is encrypted and verified`() {
        func finding(_ protection: ConnectionProtection, address: String?) -> CheckFinding? {
            var server = ConnectedServer(
                host: "db", hostAddress: address, port: "5432", database: "shop", user: "app", versionNumber: 150_000,
                backendProcessID: 1, encoding: "UTF8")
            server.protection = protection
            return CheckFinding.protection(of: server, "database shop")
        }
        func level(_ protection: ConnectionProtection, address: String? = "10.0.0.1") -> CheckFinding.Level? {
            finding(protection, address: address)?.level
        }
        #expect(level(.localSocket, address: nil) == nil)
        #expect(level(.none, address: "127.0.0.1") == nil)
        #expect(level(.none, address: "::1") == nil)
        #expect(level(.none) == .warning)
        #expect(level(.none, address: "::2") == .warning)
        #expect(level(.tls(version: "TLSv1.3", check: .nothing)) == .warning)
        #expect(level(.tls(version: "TLSv1.3", check: .authority)) == .warning)
        #expect(level(.tls(version: "TLSv1.3", check: .nothing), address: "127.0.0.1") == .good)
        #expect(level(.tls(version: "TLSv1.3", check: .authorityAndName)) == .good)
        #expect(level(.gssapi) == .good)
        #expect(finding(.none, address: "10.0.0.1")?.advice?.contains("sslmode=verify-full") == true)
    }
}
