import Foundation
import Postgres

/// An authority, and certificates of a server and of roles that it has signed, in a folder of their own, for
/// PostgreSQL servers of tests. Made with the `openssl` program; the folder goes with the value.
///
/// Files: `ca.crt`, `other.crt` (an authority that has signed nothing of these); `server.crt` (localhost and 127.0.0.1),
/// `expired.crt` (the same key and names, of 2020); `app.crt`, `app.key` (the role app), `locked.key` (the same
/// key, with the passphrase `open sesame`), `stranger.crt` (the same key,
/// another name), `foreign.crt` (the same name, of the other authority), `withdrawn.crt` (the same name); `server.crl`
/// withdraws the server's, `client.crl` the last.
package final class TLSAuthority: Sendable {
    package let folder: String

    struct Failure: Error {
        let output: String
    }

    /// Whether certificates can be made and this server is built with TLS.
    package static func isPossible(_ binFolder: String) -> Bool {
        guard ServerCertificate.program != nil,
            let server = FileManager.default.contents(atPath: "\(binFolder)/postgres")
        else { return false }
        return server.firstRange(of: Data("SSL_CTX_new".utf8)) != nil
    }

    package init() throws {
        folder = "/tmp/dbops-ca-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        chmod(folder, 0o711)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-euc", Self.script]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(output: text) }
        if OperatingSystemUser.isRoot, let user = OperatingSystemUser(named: "postgres") {
            chown("\(folder)/server.key", user.userID, user.groupID)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// What makes a server use these, with `hba` as its pg_hba.conf.
    package func serverSettings(hba: String) throws -> [String: String] {
        try Data(hba.utf8).write(to: URL(fileURLWithPath: "\(folder)/hba"))
        chmod("\(folder)/hba", 0o644)
        return [
            "ssl": "on", "ssl_ca_file": "\(folder)/ca.crt", "ssl_cert_file": "\(folder)/server.crt",
            "ssl_key_file": "\(folder)/server.key", "ssl_crl_file": "\(folder)/client.crl",
            "hba_file": "\(folder)/hba",
        ]
    }

    /// Puts another certificate into the server's place; it reads it when it is told to reload its settings.
    package func replaceServerCertificate(with name: String) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
        try bytes.write(to: URL(fileURLWithPath: "\(folder)/server.crt"))
    }

    private static let script = """
        umask 022
        new="openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        for name in ca other; do
          $new -x509 -days 2 -subj "/CN=authority $name" -addext basicConstraints=critical,CA:TRUE \
            -keyout $name.key -out $name.crt
        done
        $new -subj /CN=localhost -keyout server.key -out server.csr
        $new -subj /CN=app -keyout app.key -out app.csr
        openssl req -new -key app.key -subj /CN=stranger -out stranger.csr
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\n' >names
        printf 'basicConstraints=CA:FALSE\\n' >plain
        cat >ca.cnf <<END
        [ca]
        default_ca = here
        [here]
        dir = .
        database = ./index
        new_certs_dir = .
        serial = ./serial
        certificate = ./ca.crt
        private_key = ./ca.key
        default_md = sha256
        default_days = 2
        default_crl_days = 2
        unique_subject = no
        policy = any
        copy_extensions = none
        [any]
        commonName = supplied
        END
        : >index
        printf '01\\n' >serial
        sign="openssl ca -batch -notext -config ca.cnf"
        $sign -in server.csr -extfile names -out server.crt
        $sign -in server.csr -extfile names -startdate 20200101000000Z -enddate 20200102000000Z -out expired.crt
        $sign -in app.csr -extfile plain -out app.crt
        $sign -in app.csr -extfile plain -out withdrawn.crt
        $sign -in stranger.csr -extfile plain -out stranger.crt
        openssl x509 -req -in app.csr -CA other.crt -CAkey other.key -CAcreateserial -days 2 -out foreign.crt
        cp index index.all
        openssl ca -config ca.cnf -revoke withdrawn.crt
        openssl ca -config ca.cnf -gencrl -out client.crl
        cp index.all index
        openssl ca -config ca.cnf -revoke server.crt
        openssl ca -config ca.cnf -gencrl -out server.crl
        openssl ec -aes256 -passout 'pass:open sesame' -in app.key -out locked.key
        chmod 600 server.key app.key locked.key
        chmod 644 *.crt *.crl
        """
}
