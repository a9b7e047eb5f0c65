import Foundation
import Glibc
import Synchronization

/// A TCP proxy on a free port of this machine that passes bytes on to another port, and can be told at any time to do
/// it badly. Two threads per connection.
package final class FaultProxy: Sendable {
    /// What is wrong with the way. The default is nothing.
    package struct Faults: Sendable {
        /// How long each piece is held, in both directions.
        package var latency = Duration.zero
        /// How fast a connection is, in each direction; nil for as fast as can be.
        package var bytesPerSecond: Int?
        /// Resets a connection when its client has sent so many bytes.
        package var resetAfterBytes: Int?
        /// How many connections ``resetAfterBytes`` still falls upon.
        package var resetsLeft = Int.max
        /// Resets a connection in place of passing on what its server says next; so many times.
        package var answersToLose = 0
        /// Takes what clients send, and nothing arrives.
        package var isBlackhole = false

        package init() {}
    }

    package let port: Int
    private let upstreamPort: Int
    private let listener: CInt
    private let state = Mutex(State())

    private struct State {
        var faults = Faults()
        var sockets: Set<CInt> = []
        var resetCount = 0
        var bytesFromClients = 0
        var isStopped = false
    }

    private enum Direction {
        case fromClient
        case fromServer
    }

    /// Listens at once; `upstreamPort` is on this machine.
    package init(upstreamPort: Int) throws {
        self.upstreamPort = upstreamPort
        (listener, port) = try Self.listen()
        let listener = listener
        Thread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self else { return }
                self.serve(client)
            }
        }.start()
    }

    deinit { stop() }

    package var endpoint: String { "http://127.0.0.1:\(port)" }
    /// How many connections were reset.
    package var resetCount: Int { state.withLock { $0.resetCount } }
    /// How many bytes all clients have sent so far.
    package var bytesFromClients: Int { state.withLock { $0.bytesFromClients } }

    package func set(_ change: (inout Faults) -> Void) {
        state.withLock { change(&$0.faults) }
    }

    package func stop() {
        let sockets = state.withLock { state -> Set<CInt>? in
            guard !state.isStopped else { return nil }
            state.isStopped = true
            return state.sockets
        }
        guard let sockets else { return }
        shutdown(listener, CInt(SHUT_RDWR))
        Glibc.close(listener)
        for socket in sockets { shutdown(socket, CInt(SHUT_RDWR)) }
    }

    private func serve(_ client: CInt) {
        let server = Self.connect(port: upstreamPort)
        let isServed =
            server >= 0
            && state.withLock { state in
                if !state.isStopped { state.sockets.formUnion([client, server]) }
                return !state.isStopped
            }
        guard isServed else {
            Self.close([client, server], withReset: true)
            return
        }
        let way = Way(client: client, server: server)
        for direction in [Direction.fromClient, .fromServer] {
            Thread { [self] in
                pump(way, direction)
                guard way.isLastPump() else { return }
                state.withLock { $0.sockets.subtract([client, server]) }
                Self.close([client, server], withReset: way.isReset)
            }.start()
        }
    }

    /// One connection through the proxy.
    private final class Way: Sendable {
        let client: CInt
        let server: CInt
        private let state = Mutex((pumps: 2, isReset: false))

        init(client: CInt, server: CInt) {
            (self.client, self.server) = (client, server)
        }

        var isReset: Bool { state.withLock { $0.isReset } }

        func reset() {
            state.withLock { $0.isReset = true }
            shutdown(server, CInt(SHUT_RDWR))
        }

        func isLastPump() -> Bool {
            state.withLock { state in
                state.pumps -= 1
                return state.pumps == 0
            }
        }
    }

    private func pump(_ way: Way, _ direction: Direction) {
        let (source, target) = direction == .fromClient ? (way.client, way.server) : (way.server, way.client)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var total = 0
        while true {
            let count = recv(source, &buffer, pieceSize(buffer.count), 0)
            guard count > 0, !way.isReset else { break }
            total += count
            if direction == .fromClient, isToBeReset(after: total, adding: count) { return way.reset() }
            if direction == .fromServer, isToBeLost() {
                way.reset()
                shutdown(way.client, CInt(SHUT_RD))
                return
            }
            hold(count)
            guard !way.isReset, Self.send(buffer[..<count], to: target) else { break }
        }
        if !way.isReset { shutdown(target, CInt(SHUT_WR)) }
        // A server that has gone takes its client along: nobody would read what it says.
        if direction == .fromServer { shutdown(source, CInt(SHUT_RDWR)) }
    }

    private func pieceSize(_ most: Int) -> Int {
        state.withLock { state in state.faults.bytesPerSecond.map { max(1, min(most, $0 / 20)) } ?? most }
    }

    private func isToBeReset(after total: Int, adding count: Int) -> Bool {
        state.withLock { state in
            state.bytesFromClients += count
            guard let limit = state.faults.resetAfterBytes, total >= limit, state.faults.resetsLeft > 0 else {
                return false
            }
            state.faults.resetsLeft -= 1
            state.resetCount += 1
            return true
        }
    }

    private func isToBeLost() -> Bool {
        state.withLock { state in
            guard state.faults.answersToLose > 0 else { return false }
            state.faults.answersToLose -= 1
            state.resetCount += 1
            return true
        }
    }

    /// Waits as long as the faults say that `count` bytes take.
    private func hold(_ count: Int) {
        let faults = state.withLock { $0.faults }
        if let rate = faults.bytesPerSecond { usleep(UInt32(count * 1_000_000 / rate)) }
        if faults.latency > .zero { usleep(UInt32(faults.latency / .microseconds(1))) }
        while state.withLock({ $0.faults.isBlackhole && !$0.isStopped }) { usleep(20_000) }
    }

    // MARK: - Sockets

    private static func listen() throws -> (CInt, Int) {
        let listener = newSocket()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var address = loopback(port: 0)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && Glibc.listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard listener >= 0, result else { throw POSIXError(.EADDRINUSE) }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func connect(port: Int) -> CInt {
        let server = newSocket()
        var address = loopback(port: port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                Glibc.connect(server, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            Glibc.close(server)
            return -1
        }
        var on: CInt = 1
        setsockopt(server, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
        return server
    }

    private static func newSocket() -> CInt {
        socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        return address
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to target: CInt) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                let count = Glibc.send(target, bytes.baseAddress! + start, bytes.count - start, CInt(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                start += count
            }
            return true
        }
    }

    /// With a reset, the other side gets RST in place of FIN.
    private static func close(_ sockets: [CInt], withReset: Bool) {
        for socket in sockets where socket >= 0 {
            if withReset {
                var option = linger(l_onoff: 1, l_linger: 0)
                setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
            }
            Glibc.close(socket)
        }
    }
}
