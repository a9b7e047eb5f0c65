import JobModel

/// Where requests for a bucket go: the host, and the path in front of keys.
struct S3Endpoint: Hashable, Sendable {
    let scheme: String
    /// As in the `Host` header: the port only where it is not the scheme's own.
    let host: String
    /// `/bucket` in path style, else empty; after the endpoint's own path, if it has one.
    let basePath: String

    /// `endpoint` is an URL or a host name, then meant with HTTPS; nil is AWS itself. A bucket that cannot be part of
    /// a host name, and a server that is an address, take path style in any case.
    init(location: S3Location, endpoint: String?, region: String) throws(StorageError) {
        let text = endpoint ?? Self.amazon(region: region)
        guard let server = Self.parse(text) else {
            throw .configuration(
                store: StoreLocation.s3(location).url, reason: "\"\(text)\" is not an endpoint",
                hint: "Write it as https://HOST or http://HOST:PORT.")
        }
        scheme = server.scheme
        if location.pathStyle || Self.needsPathStyle(bucket: location.bucket, server: server) {
            host = server.host
            basePath = "\(server.path)/\(location.bucket)"
        } else {
            host = "\(location.bucket).\(server.host)"
            basePath = server.path
        }
    }

    /// The path of a key, or of the bucket itself; not encoded yet.
    func path(forKey key: String?) -> String {
        guard let key else { return basePath.isEmpty ? "/" : basePath }
        return "\(basePath)/\(key)"
    }

    /// The URL of a request as it is signed.
    func url(_ request: CanonicalRequest) -> String {
        let query = request.query.isEmpty ? "" : "?\(request.query)"
        return "\(scheme)://\(host)\(request.path)\(query)"
    }

    private struct Server {
        var scheme: String
        var host: String
        var path: String
    }

    private static func amazon(region: String) -> String {
        "https://s3.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")"
    }

    private static func parse(_ text: String) -> Server? {
        let parts = text.firstRange(of: "://").map { (text[..<$0.lowerBound], text[$0.upperBound...]) }
        let (scheme, rest) = parts ?? ("https", text[...])
        guard scheme == "http" || scheme == "https" else { return nil }
        let authority = rest.prefix { $0 != "/" }
        let segments = rest.dropFirst(authority.count).split(separator: "/")
        guard !authority.isEmpty, authority.allSatisfy(isAuthorityCharacter), hasValidPort(authority),
            !segments.contains(where: { $0.contains("?") || $0.contains("#") })
        else { return nil }
        let ownPort = scheme == "http" ? ":80" : ":443"
        let host = authority.hasSuffix(ownPort) ? authority.dropLast(ownPort.count) : authority
        return Server(
            scheme: String(scheme), host: host.lowercased(), path: segments.map { "/\($0)" }.joined())
    }

    private static func isAuthorityCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || ".-_:[]".contains(character))
    }

    private static func hasValidPort(_ authority: Substring) -> Bool {
        guard let colon = authority.lastIndex(of: ":"), authority.last != "]" else { return true }
        let name = authority[..<colon]
        let port = UInt16(authority[authority.index(after: colon)...])
        return !name.isEmpty && (name.hasPrefix("[") || !name.contains(":")) && port != nil && port != 0
    }

    private static func needsPathStyle(bucket: String, server: Server) -> Bool {
        let isHostName = bucket.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        // A certificate for *.host does not fit a.b.host.
        let fitsCertificate = server.scheme == "http" || !bucket.contains(".")
        let isAddress =
            server.host.hasPrefix("[") || server.host.prefix { $0 != ":" }.allSatisfy { $0.isNumber || $0 == "." }
        return !isHostName || !fitsCertificate || isAddress
    }
}
