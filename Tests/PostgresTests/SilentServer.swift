import Foundation

/// Takes TCP connections and never says a word.
final class SilentServer: Sendable {
    let port: Int
    private let descriptor: Int32

    struct Failure: Error {}

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 128) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound else { throw Failure() }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    /// Returns when somebody has connected.
    func waitForConnection() async throws {
        while true {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&request, 1, 0) > 0 { return }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Returns when so many have connected; the connections end with the call.
    func waitForConnections(_ count: Int) async throws {
        var connections: [Int32] = []
        defer { for connection in connections { close(connection) } }
        while connections.count < count {
            try await waitForConnection()
            connections.append(accept(descriptor, nil, nil))
        }
    }
}
