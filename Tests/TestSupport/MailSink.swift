import Foundation
import Testing

/// A mail server on a free port of this machine (aiosmtpd) that keeps what it is sent.
package final class MailSink: Sendable {
    /// How it takes connections.
    package enum Encryption: String, Sendable {
        case startTLS
        case tls
        case none
    }

    /// What it has taken.
    package struct Received: Sendable, Decodable {
        package let sender: String
        package let recipients: [String]
        /// As it came, after the doubled dots were undone; base64.
        private let content: String
        package let usedTLS: Bool
        /// Nil without a login.
        package let user: String?

        package var text: String { String(decoding: Data(base64Encoded: content) ?? Data(), as: UTF8.self) }
    }

    private struct Settings: Encodable {
        let encryption: String
        let certificate: String?
        let key: String?
        let user: String?
        let password: String?
        let refused: [String: String]
    }

    package let port: Int
    private let program: RunningProgram

    /// The Python that has aiosmtpd; nil where `DBOPS_TEST_TOOLS` names none.
    package static let python = ProcessInfo.processInfo.environment["DBOPS_TEST_TOOLS"].map { $0 + "/python" }

    /// `login` is the only user with the password; without it no login is offered. `refused` maps recipients to the
    /// replies that they get.
    package init(
        _ encryption: Encryption, certificate: ServerCertificate? = nil, login: (user: String, password: String)? = nil,
        refused: [String: String] = [:], folder: String
    ) async throws {
        let settings = Settings(
            encryption: encryption.rawValue, certificate: certificate?.certificateFile, key: certificate?.keyFile,
            user: login?.user, password: login?.password, refused: refused)
        let json = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
        let program = try RunningProgram(
            Self.python ?? "", ["-u", "-c", Self.source, json], environment: [:], folder: folder)
        self.program = program
        try await waitUntil("the mail server listens") {
            !program.standardOutput.isEmpty || !program.isRunning
        }
        guard let port = program.standardOutput.split(separator: "\n").first.flatMap({ Int($0) }) else {
            throw ServerCertificate.Failure(output: program.standardError)
        }
        self.port = port
    }

    deinit { program.send(SIGKILL) }

    package var received: [Received] {
        program.standardOutput.split(separator: "\n").dropFirst().compactMap {
            try? JSONDecoder().decode(Received.self, from: Data($0.utf8))
        }
    }

    private static let source = """
        import asyncio, base64, json, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult

        settings = json.loads(sys.argv[1])

        class Sink:
            async def handle_RCPT(self, server, session, envelope, address, options):
                reply = settings["refused"].get(address)
                if reply:
                    return reply
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                print(json.dumps({
                    "sender": envelope.mail_from, "recipients": envelope.rcpt_tos,
                    "content": base64.b64encode(envelope.original_content).decode(),
                    "usedTLS": session.ssl is not None or settings["encryption"] == "tls",
                    "user": session.auth_data.login.decode() if session.auth_data else None,
                }), flush=True)
                return "250 OK"

        def authenticate(server, session, envelope, mechanism, data):
            good = (settings.get("user"), settings.get("password"))
            success = (data.login.decode(), data.password.decode()) == good
            # Not handled: aiosmtpd itself refuses.
            return AuthResult(success=success, handled=False, auth_data=data)

        async def main():
            context = None
            if settings.get("certificate"):
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(settings["certificate"], settings["key"])
            implicit = settings["encryption"] == "tls"
            needs_login = settings.get("user") is not None
            def smtp():
                return SMTP(
                    Sink(), hostname="sink.example", tls_context=None if implicit else context,
                    require_starttls=context is not None and not implicit, auth_required=needs_login,
                    auth_require_tls=not implicit and context is not None,
                    authenticator=authenticate if needs_login else None,
                    auth_exclude_mechanism=[] if needs_login else ["LOGIN", "PLAIN"])
            loop = asyncio.get_running_loop()
            server = await loop.create_server(smtp, "127.0.0.1", 0, ssl=context if implicit else None)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()

        asyncio.run(main())
        """
}
