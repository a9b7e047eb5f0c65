import Glibc
import JobModel

/// Tries an address before anything else begins, so that a daemon that cannot be seen says so and does not start.
enum ListenProbe {
    /// Throws ``DaemonError/cannotListen(address:reason:)``. Source: getaddrinfo(3), bind(2).
    static func tryToListen(on address: ListenAddress) throws(DaemonError) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(address.host, String(address.port), &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard code == 0, let first = found?.pointee else {
            throw .cannotListen(address: address.text, reason: String(cString: gai_strerror(code)))
        }
        let descriptor = socket(first.ai_family, first.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), first.ai_protocol)
        guard descriptor >= 0 else { throw failure(address) }
        defer { close(descriptor) }
        var yes: Int32 = 1
        _ = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, first.ai_addr, first.ai_addrlen) == 0, listen(descriptor, 1) == 0 else {
            throw failure(address)
        }
    }

    private static func failure(_ address: ListenAddress) -> DaemonError {
        .cannotListen(address: address.text, reason: String(cString: strerror(errno)))
    }
}
