import Foundation
import Glibc
import Synchronization

/// An HTTP/1.1 server on a free port of this machine whose every answer a test decides, faults included. It records
/// what it was asked, byte for byte. One thread per connection; connections stay open as long as the client likes.
package final class ScriptedServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        /// Path and query as they came.
        package let target: String
        /// By lower-case name.
        package let headers: [String: String]
        package let body: [UInt8]
        /// Counts connections from 1.
        package let connection: Int

        package var path: String { String(target.prefix { $0 != "?" }) }

        /// Decoded; of a name without a value the value is empty.
        package var query: [String: String] {
            guard let mark = target.firstIndex(of: "?") else { return [:] }
            let pairs = target[target.index(after: mark)...].split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }
            return Dictionary(pairs) { first, _ in first }
        }
    }

    package enum Reply: Sendable {
        case answer(Int, [String: String] = [:], [UInt8] = [])
        /// Announces the whole body, sends its first bytes and resets the connection.
        case cutAnswer(Int, [String: String] = [:], [UInt8], after: Int)
        /// Resets the connection without an answer.
        case reset
        /// Never answers.
        case silence
    }

    /// Looks at a request's head, with an empty body; where it returns a number, the connection is reset after so many
    /// bytes of the body.
    package typealias Cutter = @Sendable (Request) -> Int?

    package let port: UInt16
    private let listener: CInt
    private let state = Mutex(State())
    private let cutter: Cutter
    private let answerer: @Sendable (Request) -> Reply

    private struct State {
        var requests: [Request] = []
        var connections: Set<CInt> = []
        var connectionCount = 0
        var isStopped = false
    }

    package init(
        cutting cutter: @escaping Cutter = { _ in nil }, answering answerer: @escaping @Sendable (Request) -> Reply
    ) throws {
        self.cutter = cutter
        self.answerer = answerer
        (listener, port) = try Self.listen()
        let thread = Thread { [weak self, listener] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self else { return }
                self.serve(connection)
            }
        }
        thread.start()
    }

    deinit { stop() }

    package var endpoint: String { "http://127.0.0.1:\(port)" }
    package var requests: [Request] { state.withLock { $0.requests } }
    package var connectionCount: Int { state.withLock { $0.connectionCount } }

    package func stop() {
        let connections = state.withLock { state -> Set<CInt>? in
            guard !state.isStopped else { return nil }
            state.isStopped = true
            return state.connections
        }
        guard let connections else { return }
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
        for connection in connections { shutdown(connection, CInt(SHUT_RDWR)) }
    }

    private static func listen() throws -> (CInt, UInt16) {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && Glibc.listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard listener >= 0, result else { throw POSIXError(.EADDRINUSE) }
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    private func serve(_ connection: CInt) {
        let number = state.withLock { state -> Int? in
            guard !state.isStopped else { return nil }
            state.connections.insert(connection)
            state.connectionCount += 1
            return state.connectionCount
        }
        guard let number else {
            close(connection)
            return
        }
        let thread = Thread { [weak self] in
            var stream = SocketStream(descriptor: connection)
            while self?.serveRequest(&stream, number) == true {}
            self?.state.withLock { _ = $0.connections.remove(connection) }
            close(connection)
        }
        thread.start()
    }

    /// False where the connection is at its end.
    private func serveRequest(_ stream: inout SocketStream, _ number: Int) -> Bool {
        guard let head = stream.readHead() else { return false }
        let request = head.request(connection: number, body: [])
        if let count = cutter(request) {
            _ = stream.read(count)
            record(request)
            stream.reset()
            return false
        }
        guard let body = stream.read(head.contentLength) else { return false }
        let whole = head.request(connection: number, body: body)
        record(whole)
        switch answerer(whole) {
        case .answer(let status, let headers, let body):
            return stream.send(status, headers, body, withBody: whole.method != "HEAD")
        case .cutAnswer(let status, let headers, let body, let count):
            _ = stream.send(status, headers, body, withBody: true, cutAfter: count)
            stream.reset()
            return false
        case .reset:
            stream.reset()
            return false
        case .silence:
            _ = stream.read(1)
            return false
        }
    }

    private func record(_ request: Request) {
        state.withLock { $0.requests.append(request) }
    }
}

/// The head of a request.
private struct RequestHead {
    let method: String
    let target: String
    let headers: [String: String]

    var contentLength: Int { headers["content-length"].flatMap { Int($0) } ?? 0 }

    init?(_ text: String) {
        let lines = text.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        method = String(words[0])
        target = String(words[1])
        headers = Dictionary(
            lines.dropFirst().compactMap { line in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                return (
                    line[..<colon].lowercased(),
                    line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                )
            }, uniquingKeysWith: { first, second in "\(first),\(second)" })
    }

    func request(connection: Int, body: [UInt8]) -> ScriptedServer.Request {
        ScriptedServer.Request(method: method, target: target, headers: headers, body: body, connection: connection)
    }
}

/// A connection's bytes.
private struct SocketStream {
    let descriptor: CInt
    private var buffer: [UInt8] = []

    init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    mutating func readHead() -> RequestHead? {
        let end: [UInt8] = [13, 10, 13, 10]
        while true {
            // The begin of TLS: what comes is no HTTP.
            if buffer.first == 22 { return nil }
            if let range = buffer.firstRange(of: end) {
                let head = RequestHead(String(decoding: buffer[..<range.lowerBound], as: UTF8.self))
                buffer.removeSubrange(..<range.upperBound)
                return head
            }
            guard fill() else { return nil }
        }
    }

    mutating func read(_ count: Int) -> [UInt8]? {
        while buffer.count < count {
            guard fill() else { return nil }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private mutating func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }

    func send(
        _ status: Int, _ headers: [String: String], _ body: [UInt8], withBody: Bool, cutAfter: Int? = nil
    ) -> Bool {
        var all = headers
        if all["Content-Length"] == nil { all["Content-Length"] = String(body.count) }
        let lines = all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
        let head = Array("HTTP/1.1 \(status) Scripted\r\n\(lines)\r\n".utf8)
        return write(head + (withBody ? body.prefix(cutAfter ?? body.count) : []))
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + start, $0.count - start, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            start += count
        }
        return true
    }

    /// Makes the close that follows send RST in place of FIN.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
