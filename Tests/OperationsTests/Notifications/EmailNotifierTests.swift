import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import Operations

/// Mail against a server on this machine.
@Suite(.enabled(if: MailSink.python != nil && ServerCertificate.program != nil, "DBOPS_TEST_TOOLS is not set"))
struct EmailNotifierTests {
    private static let password = "pass wörd"

    private func settings(_ encryption: EmailSettings.Encryption, port: Int, login: Bool) -> EmailSettings {
        EmailSettings(
            host: "localhost", port: port, encryption: encryption, user: login ? "ops" : nil,
            password: login ? .environment(name: "PASSWORD") : nil, from: "dbops@example.com",
            to: ["a@example.com", "b@example.com"])
    }

    private func send(
        _ settings: EmailSettings, _ notice: Notice = .failure, authorities: String? = nil, password: String = password,
        limit: Duration = .seconds(600)
    ) async throws {
        let opener = NotifierOpener(
            secrets: SecretReader(environment: ["PASSWORD": password]), transport: try CurlTransport(),
            mail: MailTransport(settings: HTTPSettings(authoritiesFile: authorities), limit: limit),
            clock: ManualClock())
        try await opener.open(NotifierSettings(name: "mail", kind: .email(settings))).send(notice)
    }

    private func mailError(_ work: () async throws -> Void) async throws -> MailError {
        let error = await #expect(throws: NotifierError.self) { try await work() }
        guard case .mail(let mailError) = try #require(error) else { throw try #require(error) }
        return mailError
    }

    @Test func `mails by STARTTLS with a login`() async throws {
        try await TestFolder.with { folder in
            let certificate = try ServerCertificate()
            let sink = try await MailSink(
                .startTLS, certificate: certificate, login: ("ops", Self.password), folder: folder.path)
            try await send(settings(.startTLS, port: sink.port, login: true), authorities: certificate.authoritiesFile)
            let mail = try #require(sink.received.first)
            #expect(mail.usedTLS)
            #expect(mail.user == "ops")
            #expect(mail.sender == "dbops@example.com")
            #expect(mail.recipients == ["a@example.com", "b@example.com"])
            let text = MailText(
                notice: .failure, from: "dbops@example.com", to: mail.recipients, date: .example(0))
            #expect(mail.text == String(decoding: text.bytes, as: UTF8.self))
        }
    }

    @Test func `mails with TLS from the first byte`() async throws {
        try await TestFolder.with { folder in
            let certificate = try ServerCertificate()
            let sink = try await MailSink(
                .tls, certificate: certificate, login: ("ops", Self.password), folder: folder.path)
            try await send(settings(.tls, port: sink.port, login: true), authorities: certificate.authoritiesFile)
            #expect(sink.received.map(\.user) == ["ops"])
        }
    }

    @Test func `mails unencrypted where it is told to`() async throws {
        try await TestFolder.with { folder in
            let sink = try await MailSink(.none, folder: folder.path)
            try await send(settings(.none, port: sink.port, login: false))
            #expect(sink.received.map(\.usedTLS) == [false])
        }
    }

    @Test func `keeps lines that begin with dots, and does not end at one`() async throws {
        try await TestFolder.with { folder in
            let sink = try await MailSink(.none, folder: folder.path)
            var run = Run.named("aaaaaaaaaaaa", outcome: .failed)
            run.message = ".\n..\n.hidden\nQUIT"
            let notice = Notice(
                event: .failed, job: "nightly", kind: "backup", at: .example(0), subject: .run(RunFacts(run)))
            try await send(settings(.none, port: sink.port, login: false), notice)
            #expect(sink.received.first?.text.contains("\r\n.\r\n..\r\n.hidden\r\nQUIT\r\n") == true)
        }
    }

    @Test func `sends nothing where STARTTLS is not offered`() async throws {
        try await TestFolder.with { folder in
            let sink = try await MailSink(.none, folder: folder.path)
            let error = try await mailError { try await send(settings(.startTLS, port: sink.port, login: false)) }
            guard case .notEncrypted = error else { throw error }
            #expect(error.message.hasPrefix("no mail was sent: there is no trusted TLS connection"))
            #expect(sink.received.isEmpty)
        }
    }

    @Test(arguments: [EmailSettings.Encryption.startTLS, .tls])
    func `sends nothing to a server whose certificate is not trusted`(encryption: EmailSettings.Encryption) async throws
    {
        try await TestFolder.with { folder in
            let certificate = try ServerCertificate()
            let sink = try await MailSink(
                encryption == .tls ? .tls : .startTLS, certificate: certificate, folder: folder.path)
            let error = try await mailError {
                try await send(
                    settings(encryption, port: sink.port, login: false), authorities: certificate.otherAuthoritiesFile)
            }
            guard case .notEncrypted = error else { throw error }
            #expect(!error.isTransient)
            #expect(sink.received.isEmpty)
        }
    }

    @Test func `says that the login is wrong, without the password`() async throws {
        try await TestFolder.with { folder in
            let certificate = try ServerCertificate()
            let sink = try await MailSink(
                .startTLS, certificate: certificate, login: ("ops", "another"), folder: folder.path)
            let error = try await mailError {
                try await send(
                    settings(.startTLS, port: sink.port, login: true), authorities: certificate.authoritiesFile)
            }
            guard case .loginDenied = error else { throw error }
            #expect(error.category == .permission)
            #expect(!error.message.contains(Self.password))
            #expect(sink.received.isEmpty)
        }
    }

    @Test(arguments: ["a@example.com", "b@example.com"])
    func `names a recipient that is refused, and mails the others`(refused: String) async throws {
        try await TestFolder.with { folder in
            let sink = try await MailSink(.none, refused: [refused: "550 5.1.1 no such user"], folder: folder.path)
            let error = try await mailError { try await send(settings(.none, port: sink.port, login: false)) }
            #expect(
                error.message == "the mail server refused \(refused) (550 5.1.1 no such user); "
                    + "the other recipients have got the mail")
            #expect(!error.isTransient)
            #expect(sink.received.map(\.recipients) == [["a@example.com", "b@example.com"].filter { $0 != refused }])
        }
    }

    @Test(arguments: [("550 no", false), ("451 greylisted", true)])
    func `names all recipients where all are refused`(reply: String, isTransient: Bool) async throws {
        try await TestFolder.with { folder in
            let refused = ["a@example.com": reply, "b@example.com": reply]
            let sink = try await MailSink(.none, refused: refused, folder: folder.path)
            let error = try await mailError { try await send(settings(.none, port: sink.port, login: false)) }
            #expect(error.message == "the mail server refused a@example.com (\(reply)), b@example.com (\(reply))")
            #expect(error.isTransient == isTransient)
            #expect(sink.received.isEmpty)
        }
    }

    @Test func `gives up on a server that hangs`() async throws {
        let server = try ScriptedServer { _ in .silence }
        let error = try await mailError {
            try await send(settings(.none, port: Int(server.port), login: false), limit: .milliseconds(200))
        }
        guard case .stalled = error else { throw error }
        #expect(error.isTransient)
    }

    @Test func `stops when its task is cancelled`() async throws {
        let server = try ScriptedServer { _ in .silence }
        let task = Task { try await send(settings(.none, port: Int(server.port), login: false)) }
        try await waitUntil("it connects") { server.connectionCount == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `says that a server cannot be reached`() async throws {
        let server = try ScriptedServer { _ in .silence }
        server.stop()
        let error = try await mailError { try await send(settings(.none, port: Int(server.port), login: false)) }
        guard case .unreachable = error else { throw error }
    }

    @Test(arguments: [
        "a@example.com\r\nBcc: c@example.com", "a@example.com>", "a b@example.com", "a,b@example.com", "ä@example.com",
        "example.com", "",
    ])
    func `sends to no address that could be more than one`(address: String) async throws {
        var settings = settings(.none, port: 1, login: false)
        settings.to = [address]
        #expect(try await mailError { try await send(settings) } == .badAddress(address))
    }

    @Test(arguments: ["mx/x", "a@b", "mx example", "", "mx:25:1/"])
    func `connects to no host that is none`(host: String) async throws {
        var settings = settings(.none, port: 25, login: false)
        settings.host = host
        #expect(try await mailError { try await send(settings) } == .badServer(host: host))
    }

    @Test func `sends no password unencrypted`() async throws {
        let error = try await mailError { try await send(settings(.none, port: 1, login: true)) }
        #expect(error == .passwordInTheClear(host: "localhost"))
    }
}
