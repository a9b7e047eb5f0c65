import Foundation

/// A request, as the site wants it.
struct SiteRequest: Sendable {
    var method: String
    /// Percent-decoded segments of the path: `["api", "v1", "jobs"]`.
    var segments: [String]
    /// Of the address; the first of several by one name.
    var query: [String: String]
    /// By names in lower case; the first of several.
    var headers: [String: String]
    var body: [UInt8]

    init(_ method: String, _ target: String, headers: [String: String] = [:], body: [UInt8] = []) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        segments = (parts.first ?? "").split(separator: "/").map { Self.decoded($0) ?? String($0) }
        query = parts.count > 1 ? Self.form(String(parts[1])) : [:]
        self.headers = Dictionary(headers.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
        self.body = body
    }

    /// The fields of a form that a browser has sent; none of anything else.
    var form: [String: String] {
        guard headers["content-type"]?.hasPrefix("application/x-www-form-urlencoded") == true else { return [:] }
        return Self.form(String(decoding: body, as: UTF8.self))
    }

    /// Whether whoever asks would rather read a page than JSON.
    var prefersHTML: Bool { headers["accept"]?.contains("text/html") == true }

    private static func form(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.count > 1 ? halves[1].replacing("+", with: " ")[...] : ""
            guard let name = decoded(halves[0]), fields[name] == nil else { continue }
            fields[name] = decoded(value) ?? ""
        }
        return fields
    }

    /// Nil where it is no UTF-8. Source: RFC 3986 2.1.
    private static func decoded(_ text: some StringProtocol) -> String? {
        text.removingPercentEncoding
    }
}
