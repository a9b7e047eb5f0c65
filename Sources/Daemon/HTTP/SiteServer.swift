import HTTPTypes
import Hummingbird
import HummingbirdCore
package import JobModel
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves the status page, the metrics and the API. A thin edge: requests become values, ``Site`` answers them.
///
/// Its end, whatever the reason, ends no job.
package struct SiteServer: Service {
    /// How the site is reached.
    package struct Settings: Sendable {
        let address: ListenAddress
        /// Nil where none is needed.
        let token: String?
        let isReadOnly: Bool

        package init(address: ListenAddress, token: String?, isReadOnly: Bool) {
            self.address = address
            self.token = token
            self.isReadOnly = isReadOnly
        }
    }

    /// No request of ours has more.
    private static let bodyLimitInBytes = 16 << 10
    private static let headerLimitInBytes = 16 << 10
    /// A connection that is silent for so long is closed, between requests and within one.
    private static let idleTimeout = TimeAmount.seconds(60)
    /// Connections at the same time; more wait until one ends.
    private static let mostConnections = 128
    /// How long requests may still go on when the daemon has drained.
    private static let farewell = Duration.seconds(2)
    /// A token that is shorter can be guessed.
    package static let shortestToken = 16

    private let settings: Settings
    private let site: Site
    private let logger: Logger

    /// Throws ``DaemonError`` where the address cannot be used, or the token is too short.
    package init(_ settings: Settings, sources: SiteSources, logger: Logger) throws(DaemonError) {
        if let token = settings.token, token.utf8.count < Self.shortestToken { throw .shortToken(Self.shortestToken) }
        try ListenProbe.tryToListen(on: settings.address)
        self.settings = settings
        self.logger = logger
        site = Site(
            rule: AccessRule(
                token: settings.token, isReadOnly: settings.isReadOnly, formToken: Self.randomText(),
                hostName: settings.address.host),
            sources: sources)
    }

    package func run() async throws {
        do {
            try await serve()
        } catch is CancellationError {
            return
        } catch {
            logger.error(
                "The status page cannot be served; jobs run all the same",
                metadata: ["address": "\(settings.address.text)", "error": "\(error)"])
        }
    }

    /// A client that stalls in the middle of a request does not keep the daemon from ending.
    private func serve() async throws {
        let application = application
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: Self.farewell)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private var application: Application<CallbackResponder<BasicRequestContext>> {
        let logger = logger
        let host = settings.address.host
        var silent = logger
        silent.logLevel = .critical
        return Application(
            responder: CallbackResponder { request, _ in await Self.answer(request, site) },
            server: .http1(
                configuration: .init(
                    idleTimeout: Self.idleTimeout,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.headerLimitInBytes, maxHeaderListSize: Self.headerLimitInBytes,
                        maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: settings.address.port), backlog: 64,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                let place = ListenAddress(host: host, port: port).text
                logger.notice("The status page is served", metadata: ["address": "http://\(place)/"])
            },
            // One thread is enough for what people and scrapers ask.
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)), logger: silent)
    }

    private static func answer(_ request: Request, _ site: Site) async -> Response {
        var body: [UInt8] = []
        do {
            for try await buffer in request.body {
                body += buffer.readableBytesView
                guard body.count <= bodyLimitInBytes else {
                    return response(.failure(413, "the body is too large", hint: nil), isLast: true)
                }
            }
        } catch {
            return response(.failure(400, "the body could not be read", hint: nil), isLast: true)
        }
        var headers: [String: String] = [:]
        for field in request.headers where headers[field.name.canonicalName] == nil {
            headers[field.name.canonicalName] = field.value
        }
        // The name of the host is no field of its own in HTTP/2, and so not in this library.
        headers["host"] = request.head.authority
        return response(
            await site.answer(
                to: SiteRequest(request.method.rawValue, request.head.path ?? "/", headers: headers, body: body)),
            isLast: false)
    }

    private static func response(_ answer: SiteAnswer, isLast: Bool) -> Response {
        var fields = HTTPFields()
        fields[.contentType] = answer.contentType
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        if isLast { fields[.connection] = "close" }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
    }

    /// What nobody else can know.
    private static func randomText() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in String(UInt64.random(in: .min ... .max, using: &generator), radix: 36) }.joined()
    }
}
