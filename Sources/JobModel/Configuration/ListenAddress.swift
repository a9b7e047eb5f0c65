/// An address of this machine and a TCP port.
package struct ListenAddress: Sendable, Equatable {
    /// A name or an address, without the brackets of IPv6.
    package let host: String
    /// 0 for any that is free.
    package let port: Int

    /// Default of `listen`.
    package static let usual = ListenAddress(host: "127.0.0.1", port: 8432)

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:8432`, `localhost:8432`, `[::1]:8432`; nil for all else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.count <= 5, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let port = Int(digits), port <= 65_535
        else { return nil }
        let name = text[..<colon]
        if name.hasPrefix("["), name.hasSuffix("]"), name.count > 2 {
            let address = name.dropFirst().dropLast()
            guard address.contains(":"), address.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                return nil
            }
            self.init(host: String(address), port: port)
        } else {
            let isName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") }
            guard !name.isEmpty, isName else { return nil }
            self.init(host: String(name), port: port)
        }
    }

    /// As it is written in a URL.
    package var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether nobody but this machine can reach it. Source: RFC 1122 3.2.1.3, RFC 4291 2.5.3, RFC 6761 6.3.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
