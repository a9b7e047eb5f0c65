import Foundation
import HTTPTransport
import JobModel
import ObjectStorage
import TestSupport
import Testing

struct CurlTransportTests {
    @Test func `sends what it is given and hands back what comes`() async throws {
        let server = try ScriptedServer { _ in .answer(418, ["X-Odd": " a b "], [1, 2, 3]) }
        let transport = try CurlTransport()
        let response = try await transport.send(
            HTTPRequest(
                method: "PUT", url: "\(server.endpoint)/a/../b%20c?x=1&y", headers: [HTTPHeader("X-Test", "v")],
                body: [9, 8, 7]))
        #expect(response.status == 418)
        #expect(response.body == [1, 2, 3])
        #expect(response.header("x-ODD") == "a b")
        #expect(!response.isSuccess)
        let request = try #require(server.requests.first)
        #expect(request.method == "PUT")
        #expect(request.target == "/a/../b%20c?x=1&y")
        #expect(request.headers["x-test"] == "v")
        #expect(request.body == [9, 8, 7])
    }

    @Test func `asks for a head without waiting for a body`() async throws {
        let server = try ScriptedServer { _ in .answer(200, ["Content-Length": "1000"]) }
        let transport = try CurlTransport()
        let response = try await transport.send(HTTPRequest(method: "HEAD", url: server.endpoint))
        #expect(response.header("Content-Length") == "1000")
        #expect(response.body.isEmpty)
    }

    @Test func `keeps connections`() async throws {
        let server = try ScriptedServer { _ in .answer(200) }
        let transport = try CurlTransport()
        var reused: [Bool] = []
        for _ in 0..<3 {
            reused.append(try await transport.send(HTTPRequest(method: "GET", url: server.endpoint)).reusedConnection)
        }
        #expect(reused == [false, true, true])
    }

    @Test func `sends a large body again where a kept connection is dead`() async throws {
        let server = try ScriptedServer(cutting: { request in
            request.connection == 1 && request.method == "PUT" ? 100_000 : nil
        }) { _ in .answer(200) }
        let transport = try CurlTransport()
        _ = try await transport.send(HTTPRequest(method: "GET", url: server.endpoint))
        let body = sampleBytes(3 << 20)
        // libcurl may also give up on such a connection: then a caller tries again.
        _ = try? await transport.send(HTTPRequest(method: "PUT", url: server.endpoint, body: body))
        _ = try await transport.send(HTTPRequest(method: "PUT", url: server.endpoint, body: body))
        #expect(server.requests.last?.body == body)
    }

    @Test func `carries many requests at once`() async throws {
        let server = try ScriptedServer { .answer(200, [:], Array($0.target.utf8)) }
        let transport = try CurlTransport(settings: HTTPSettings(connectionsPerHost: 4))
        try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                group.addTask {
                    let response = try await transport.send(
                        HTTPRequest(method: "GET", url: "\(server.endpoint)/\(number)"))
                    #expect(response.body == Array("/\(number)".utf8))
                }
            }
            try await group.waitForAll()
        }
        #expect(server.connectionCount <= 4)
    }

    @Test(arguments: [(999, true), (1_000, true), (1_001, false)])
    func `takes no more than the limit`(_ count: Int, _ fits: Bool) async throws {
        let server = try ScriptedServer { _ in .answer(200, [:], [UInt8](repeating: 1, count: count)) }
        let transport = try CurlTransport()
        let request = HTTPRequest(method: "GET", url: server.endpoint, responseLimitInBytes: 1_000)
        if fits {
            #expect(try await transport.send(request).body.count == count)
        } else {
            await #expect(throws: HTTPError.tooLarge(limitInBytes: 1_000)) { _ = try await transport.send(request) }
        }
    }

    @Test func `takes no endless headers`() async throws {
        let server = try ScriptedServer { _ in .answer(200, ["X": String(repeating: "x", count: 300_000)]) }
        let transport = try CurlTransport()
        await #expect(throws: HTTPError.self) {
            _ = try await transport.send(HTTPRequest(method: "GET", url: server.endpoint))
        }
    }

    @Test func `a cut answer is an interruption`() async throws {
        let server = try ScriptedServer { _ in .cutAnswer(200, [:], [1, 2, 3, 4], after: 2) }
        let transport = try CurlTransport()
        let error = await #expect(throws: HTTPError.self) {
            _ = try await transport.send(HTTPRequest(method: "GET", url: server.endpoint))
        }
        guard case .interrupted = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a closed port is unreachable, in libcurl's words`() async throws {
        let server = try ScriptedServer { _ in .reset }
        server.stop()
        let transport = try CurlTransport()
        let error = await #expect(throws: HTTPError.self) {
            _ = try await transport.send(HTTPRequest(method: "GET", url: server.endpoint))
        }
        guard case .unreachable(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("Failed to connect to 127.0.0.1 port \(server.port)"))
    }

    @Test func `an unknown host is unreachable, in libcurl's words`() async throws {
        let transport = try CurlTransport()
        await #expect(throws: HTTPError.unreachable(reason: "Could not resolve host: no-such-host.invalid")) {
            _ = try await transport.send(HTTPRequest(method: "GET", url: "http://no-such-host.invalid/"))
        }
    }

    @Test(arguments: ["", "ftp://127.0.0.1/", "file:///etc/passwd", "http://h h/"])
    func `other than HTTP is refused`(_ url: String) async throws {
        let transport = try CurlTransport()
        let error = await #expect(throws: HTTPError.self) {
            _ = try await transport.send(HTTPRequest(method: "GET", url: url))
        }
        guard case .unusable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `nothing moving for the time allowed is a stall`() async throws {
        let server = try ScriptedServer { _ in .silence }
        let transport = try CurlTransport()
        let error = await #expect(throws: HTTPError.self) {
            _ = try await transport.send(
                HTTPRequest(method: "GET", url: server.endpoint, stallTimeout: .milliseconds(10)))
        }
        guard case .stalled = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `an exchange moves though nobody waits for it`() async throws {
        let server = try ScriptedServer { _ in .answer(200, [:], [1]) }
        let transport = try CurlTransport()
        let exchange = transport.begin(HTTPRequest(method: "GET", url: server.endpoint))
        while server.requests.isEmpty { await Task.yield() }
        #expect(try await exchange.response().body == [1])
        #expect(try await exchange.response().body == [1])
    }

    @Test(.timeLimit(.minutes(10)))
    func `letting go of an exchange ends its transfer`() async throws {
        let server = try ScriptedServer { $0.target == "/silent" ? .silence : .answer(200) }
        let transport = try CurlTransport(settings: HTTPSettings(connectionsPerHost: 1))
        do {
            let exchange = transport.begin(HTTPRequest(method: "GET", url: "\(server.endpoint)/silent"))
            while server.requests.isEmpty { await Task.yield() }
            exchange.cancel()
            await #expect(throws: CancellationError.self) { _ = try await exchange.response() }
        }
        // The only connection is free again.
        #expect(try await transport.send(HTTPRequest(method: "GET", url: server.endpoint)).status == 200)
    }

    @Test(.timeLimit(.minutes(10)))
    func `letting go of the transport ends its exchanges`() async throws {
        let server = try ScriptedServer { _ in .silence }
        var transport: CurlTransport? = try CurlTransport()
        let exchange = transport?.begin(HTTPRequest(method: "GET", url: server.endpoint))
        while server.requests.isEmpty { await Task.yield() }
        transport = nil
        await #expect(throws: CancellationError.self) { _ = try await exchange?.response() }
    }
}

@Suite(.enabled(if: TLSServer.program != nil, "there is no openssl program"))
struct TLSTests {
    private func get(_ url: String, authoritiesFile: String?) async throws -> Int {
        let transport = try CurlTransport(settings: HTTPSettings(authoritiesFile: authoritiesFile))
        return try await transport.send(HTTPRequest(method: "GET", url: url)).status
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func `an authority of one's own is trusted, by name and by address`(_ host: String) async throws {
        let server = try TLSServer()
        #expect(try await get("https://\(host):\(server.port)/", authoritiesFile: server.authoritiesFile) == 200)
    }

    @Test func `an unknown authority is not trusted`() async throws {
        let server = try TLSServer()
        for file in [nil, server.otherAuthoritiesFile] {
            let error = await #expect(throws: HTTPError.self) {
                _ = try await get("https://localhost:\(server.port)/", authoritiesFile: file)
            }
            guard case .untrusted(let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("SSL certificate problem"))
        }
    }

    @Test func `another name than the certificate's is not trusted`() async throws {
        let server = try TLSServer()
        let error = await #expect(throws: HTTPError.self) {
            _ = try await get(
                "https://ip6-localhost.localhost:\(server.port)/", authoritiesFile: server.authoritiesFile)
        }
        guard case .untrusted = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a missing file of authorities is named`() async throws {
        let server = try TLSServer()
        let error = await #expect(throws: HTTPError.self) {
            _ = try await get("https://localhost:\(server.port)/", authoritiesFile: "/no/such/file.pem")
        }
        guard case .unusable(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("/no/such/file.pem"))
    }

    @Test func `a server without TLS is not trusted`() async throws {
        let server = try ScriptedServer { _ in .answer(200) }
        let error = await #expect(throws: HTTPError.self) {
            _ = try await get("https://127.0.0.1:\(server.port)/", authoritiesFile: nil)
        }
        guard case .untrusted = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a store takes its authorities from AWS_CA_BUNDLE`() async throws {
        let server = try TLSServer()
        func error(bundle: String) async throws -> StorageError? {
            let environment = [
                "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_CA_BUNDLE": bundle,
                "AWS_ENDPOINT_URL": "https://127.0.0.1:\(server.port)",
            ]
            let store = try StoreOpener(environment: environment).open(.s3(S3Location(bucket: "b")))
            return await #expect(throws: StorageError.self) { _ = try await store.list(under: nil) }
        }
        // The page that the server answers is no listing: so the connection was trusted.
        #expect(try await error(bundle: server.authoritiesFile)?.message.contains("its listing cannot be read") == true)
        let untrusted = try await error(bundle: server.otherAuthoritiesFile)
        #expect(untrusted?.category == .unavailable)
        #expect(untrusted?.hint?.contains("AWS_CA_BUNDLE") == true)
    }
}
