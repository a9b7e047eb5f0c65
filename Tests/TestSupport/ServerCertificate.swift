import Foundation

/// A certificate for `localhost` and 127.0.0.1 that an authority of its own has signed, made with the `openssl`
/// program. Its folder goes with the value.
package final class ServerCertificate: Sendable {
    /// The authority's certificate; PEM, as the others.
    package var authoritiesFile: String { folder + "/ca.crt" }
    /// An authority that has signed nothing.
    package var otherAuthoritiesFile: String { folder + "/other.crt" }
    package var certificateFile: String { folder + "/server.crt" }
    package var keyFile: String { folder + "/server.key" }
    let folder: String

    struct Failure: Error {
        let output: String
    }

    /// Nil means that there is no `openssl` program.
    package static let program = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    package init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/dbops-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["ca", "other"] { try Self.makeAuthority(name, in: folder) }
        try Self.makeServerCertificate(in: folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static let newKey = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    private static func makeAuthority(_ name: String, in folder: String) throws {
        try run(
            newKey + [
                "-x509", "-days", "2", "-subj", "/CN=authority \(name)", "-addext", "basicConstraints=critical,CA:TRUE",
                "-keyout", "\(name).key", "-out", "\(name).crt",
            ], in: folder)
    }

    private static func makeServerCertificate(in folder: String) throws {
        try run(newKey + ["-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"], in: folder)
        try Data("subjectAltName=DNS:localhost,IP:127.0.0.1".utf8).write(to: URL(fileURLWithPath: folder + "/names"))
        try run(
            [
                "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "2", "-extfile", "names", "-out", "server.crt",
            ], in: folder)
    }

    private static func run(_ arguments: [String], in folder: String) throws {
        let (process, output) = process(arguments, in: folder)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(output: text) }
    }

    /// The program, ready to run in `folder`, and what it says.
    static func process(_ arguments: [String], in folder: String) -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program ?? "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        return (process, output)
    }
}
