import Foundation

/// An HTTPS server that answers any GET with some HTML, under a ``ServerCertificate``.
package final class TLSServer: Sendable {
    package var authoritiesFile: String { certificate.authoritiesFile }
    package var otherAuthoritiesFile: String { certificate.otherAuthoritiesFile }
    package let port: Int
    private let certificate: ServerCertificate
    private let processID: pid_t

    /// Nil means that there is no `openssl` program.
    package static var program: String? { ServerCertificate.program }

    package init() throws {
        certificate = try ServerCertificate()
        (processID, port) = try Self.startServer(certificate)
    }

    deinit { kill(processID, SIGKILL) }

    private static func startServer(_ certificate: ServerCertificate) throws -> (pid_t, Int) {
        let (process, output) = ServerCertificate.process(
            [
                "s_server", "-accept", "127.0.0.1:0", "-cert", certificate.certificateFile, "-key", certificate.keyFile,
                "-www",
            ], in: certificate.folder)
        // Without one of its own it reads the terminal's input.
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw ServerCertificate.Failure(output: text) }
            text += String(decoding: data, as: UTF8.self)
            // "ACCEPT 127.0.0.1:43211"
            if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT ") }), text.hasSuffix("\n"),
                let port = line.split(separator: ":").last.flatMap({ Int($0) })
            {
                return (process.processIdentifier, port)
            }
        }
    }
}
