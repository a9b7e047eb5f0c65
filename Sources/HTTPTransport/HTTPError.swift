/// Why an exchange ended without a whole answer. `reason` is libcurl's own text.
package enum HTTPError: Error, Hashable, Sendable {
    /// The host has no address or takes no connection.
    case unreachable(reason: String)
    /// No trusted TLS connection: an unknown authority, another name, no TLS at all.
    case untrusted(reason: String)
    /// Nothing moved for the time allowed.
    case stalled(reason: String)
    /// The connection broke off in the request or in the answer.
    case interrupted(reason: String)
    case tooLarge(limitInBytes: Int)
    /// The request cannot be sent as it is: a malformed URL, an unreadable file of authorities.
    case unusable(reason: String)
    /// Cancelled before it ended; awaiting such an exchange throws `CancellationError`.
    case cancelled

    /// The situation in words, lower case, without a full stop.
    package var reason: String {
        switch self {
        case .unreachable(let reason), .untrusted(let reason), .stalled(let reason), .interrupted(let reason),
            .unusable(let reason):
            reason
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .cancelled: "cancelled"
        }
    }
}
