import Foundation
import JobModel
import TestSupport
import Testing

@testable import Postgres

/// Every way in which TLS can go wrong: the message names the reason, and the hint what to do.
@Suite(
    .enabled(if: TLSAuthority.isPossible(ScratchCluster.anyBinFolder), "no openssl, or a server without TLS"),
    .timeLimit(.minutes(10)))
struct TLSComplaintTests {
    /// What is changed about a connection that works.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: String
        let hint: String
        let cause: ConnectionFailure.Cause
        let change: @Sendable (ConnectionInfo, _ folder: String) throws -> ConnectionInfo

        init(
            _ name: String, reason: String, hint: String, cause: ConnectionFailure.Cause = .tls,
            change: @escaping @Sendable (ConnectionInfo, _ folder: String) throws -> ConnectionInfo
        ) {
            (testDescription, self.reason, self.hint, self.cause) = (name, reason, hint, cause)
            self.change = change
        }
    }

    private static let faults = [
        Fault("another authority", reason: "verify failed: self-signed certificate in", hint: "sslrootcert") {
            $0.with("sslrootcert", "\($1)/other.crt")
        },
        Fault("no authority", reason: "root certificate file", hint: "sslrootcert=FILE") { info, _ in
            info.with("sslrootcert", "/nowhere/ca.crt")
        },
        Fault("another name", reason: "does not match host name \"db.internal\"", hint: "hostaddr=") { info, _ in
            info.with("host", "db.internal").with("hostaddr", "127.0.0.1")
        },
        Fault("a withdrawn server", reason: "certificate revoked", hint: "withdrawn the server's certificate") {
            $0.with("sslcrl", "\($1)/server.crl")
        },
        Fault("plain text", reason: "no encryption", hint: "sslmode=verify-full", cause: .notLetIn) { info, _ in
            info.with("sslmode", "disable")
        },
        Fault("no client certificate", reason: "valid client certificate", hint: "sslcert=FILE", cause: .credentials) {
            info, _ in info.with("sslcert", nil).with("sslkey", nil)
        },
        Fault("a certificate without its key", reason: "private key file", hint: "sslkey=FILE") {
            $0.with("sslkey", "\($1)/nowhere.key")
        },
        Fault(
            "another role's certificate", reason: "certificate authentication failed", hint: "common name",
            cause: .credentials
        ) {
            $0.with("sslcert", "\($1)/stranger.crt")
        },
        Fault("a certificate of another authority", reason: "unknown ca", hint: "ssl_ca_file", cause: .credentials) {
            $0.with("sslcert", "\($1)/foreign.crt")
        },
        Fault("a withdrawn client", reason: "certificate revoked", hint: "have a new one made", cause: .credentials) {
            $0.with("sslcert", "\($1)/withdrawn.crt")
        },
        Fault("a key that others may read", reason: "group or world access", hint: "chmod 600") { info, folder in
            let key = "\(folder)/open.key"
            try? FileManager.default.removeItem(atPath: key)
            try FileManager.default.copyItem(atPath: "\(folder)/app.key", toPath: key)
            chmod(key, 0o644)
            return info.with("sslkey", key)
        },
    ]

    private func failure(_ info: ConnectionInfo) async throws -> ConnectionFailure {
        let error = await #expect(throws: PostgresError.self) {
            let session = try await Session.open(info, applicationName: "dbops test")
            // With TLS 1.3 the server may speak of the client's certificate only now.
            try await session.execute("SELECT 1")
        }
        guard case .connection(let failure)? = error else { throw try #require(error) }
        return failure
    }

    private func withServer(_ body: (ScratchCluster, ConnectionInfo, TLSAuthority) async throws -> Void) async throws {
        let authority = try TLSAuthority()
        let settings = try authority.serverSettings(hba: "local all all trust\nhostssl all all 127.0.0.1/32 cert\n")
        try await ScratchCluster.with(wantsTCP: true, settings: settings) { cluster in
            let folder = authority.folder
            let info = try #require(cluster.tcpConnectionInfo).with(password: nil).with("sslmode", "verify-full")
                .with("sslrootcert", "\(folder)/ca.crt").with("sslcert", "\(folder)/app.crt")
                .with("sslkey", "\(folder)/app.key")
            try await body(cluster, info, authority)
        }
    }

    @Test func `each fault has its reason and its remedy`() async throws {
        try await withServer { cluster, info, authority in
            let session = try await Session.open(info, applicationName: "dbops test")
            #expect(session.server.protection == .tls(version: "TLSv1.3", check: .authorityAndName))
            #expect(!session.server.isReachedOverNetwork)
            for fault in Self.faults {
                let failure = try await failure(fault.change(info, authority.folder))
                #expect(failure.reason.contains(fault.reason), "\(fault.testDescription)")
                #expect(failure.hint?.contains(fault.hint) == true, "\(fault.testDescription): \(failure.reason)")
                #expect(failure.cause == fault.cause, "\(fault.testDescription): \(failure.reason)")
                #expect(!failure.reason.contains("\n"))
            }
            try authority.replaceServerCertificate(with: "expired.crt")
            try await cluster.psql("SELECT pg_reload_conf()")
            var reason = ""
            try await waitUntil("the server keeps its certificate") {
                do {
                    try await Session.open(info, applicationName: "dbops test").close()
                    return false
                } catch PostgresError.connection(let failure) {
                    reason = failure.reason
                    #expect(failure.hint?.contains("have it renewed") == true)
                    return true
                }
            }
            #expect(reason.contains("certificate verify failed: certificate has expired"))
        }
    }

    @Test func `what is verified is what is said`() async throws {
        try await withServer { cluster, info, authority in
            let modes: [(String, String?, ConnectionProtection.CertificateCheck)] = [
                ("verify-full", info.keywords["sslrootcert"], .authorityAndName),
                ("verify-ca", info.keywords["sslrootcert"], .authority),
                ("require", info.keywords["sslrootcert"], .authority),
                ("require", "\(authority.folder)/none.crt", .nothing),
            ]
            for (mode, root, check) in modes {
                let session = try await Session.open(
                    info.with("sslmode", mode).with("sslrootcert", root), applicationName: "dbops test")
                #expect(session.server.protection == .tls(version: "TLSv1.3", check: check), "\(mode)")
                await session.close()
            }
            #expect(try await cluster.openSession().server.protection == .localSocket)
        }
    }

    @Test func `what is not about TLS keeps its hint`() {
        #expect(TLSComplaint.hint(for: "password authentication failed for user \"x\"") == nil)
        #expect(TLSComplaint.cause(of: "Connection refused") == nil)
        let both =
            "no pg_hba.conf entry for host \"h\", user \"u\", database \"d\", SSL encryption; "
            + "no pg_hba.conf entry for host \"h\", user \"u\", database \"d\", no encryption"
        #expect(TLSComplaint.hint(for: both) == nil)
    }
}
