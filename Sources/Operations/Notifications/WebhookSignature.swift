import Crypto
import Foundation
import JobModel

/// Proves to a webhook's receiver who sent a body and when.
///
/// `sha256=` and the hexadecimal HMAC-SHA256 (RFC 2104) of the timestamp, a full stop and the body. The timestamp is
/// signed so that an old body cannot be sent again later under a new one.
enum WebhookSignature {
    /// `timestamp` in seconds since 1970, UTC.
    static func text(body: [UInt8], timestamp: Int, secret: String) -> String {
        var signed = HMAC<SHA256>(key: SymmetricKey(data: Data(secret.utf8)))
        signed.update(data: Data("\(timestamp).".utf8))
        signed.update(data: Data(body))
        return "sha256=" + Hexadecimal.text(of: signed.finalize())
    }
}
