import Foundation

/// An HTTPS server that answers any GET with some HTML, under a certificate for `localhost` and 127.0.0.1 that an
/// authority of its own has signed. Made with the `openssl` program.
package final class TLSServer: Sendable {
    /// The authority's certificate; PEM.
    package let authoritiesFile: String
    /// An authority that has signed nothing; PEM.
    package let otherAuthoritiesFile: String
    package let port: Int
    private let directory: String
    private let processID: pid_t

    private struct Failure: Error {
        let output: String
    }

    /// Nil means that there is no `openssl` program.
    package static let program = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    package init() throws {
        directory = FileManager.default.temporaryDirectory.path + "/dbops-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        authoritiesFile = directory + "/ca.crt"
        otherAuthoritiesFile = directory + "/other.crt"
        for name in ["ca", "other"] { try Self.makeAuthority(name, in: directory) }
        try Self.makeServerCertificate(in: directory)
        (processID, port) = try Self.startServer(in: directory)
    }

    deinit {
        kill(processID, SIGKILL)
        try? FileManager.default.removeItem(atPath: directory)
    }

    private static let newKey = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    private static func makeAuthority(_ name: String, in directory: String) throws {
        try run(
            newKey + [
                "-x509", "-days", "2", "-subj", "/CN=authority \(name)", "-addext", "basicConstraints=critical,CA:TRUE",
                "-keyout", "\(name).key", "-out", "\(name).crt",
            ], in: directory)
    }

    private static func makeServerCertificate(in directory: String) throws {
        try run(newKey + ["-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"], in: directory)
        try Data("subjectAltName=DNS:localhost,IP:127.0.0.1".utf8).write(to: URL(fileURLWithPath: directory + "/names"))
        try run(
            [
                "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "2",
                "-extfile", "names", "-out", "server.crt",
            ], in: directory)
    }

    private static func startServer(in directory: String) throws -> (pid_t, Int) {
        let (process, output) = process(
            ["s_server", "-accept", "127.0.0.1:0", "-cert", "server.crt", "-key", "server.key", "-www"], in: directory)
        // Without one of its own it reads the terminal's input.
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Failure(output: text) }
            text += String(decoding: data, as: UTF8.self)
            // "ACCEPT 127.0.0.1:43211"
            if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT ") }), text.hasSuffix("\n"),
                let port = line.split(separator: ":").last.flatMap({ Int($0) })
            {
                return (process.processIdentifier, port)
            }
        }
    }

    private static func run(_ arguments: [String], in directory: String) throws {
        let (process, output) = process(arguments, in: directory)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(output: text) }
    }

    private static func process(_ arguments: [String], in directory: String) -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program ?? "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        return (process, output)
    }
}
