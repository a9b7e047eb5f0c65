import Crypto
import JobModel

/// The SHA-256 of an object's bytes, as they pass (FIPS 180-4).
package struct ContentDigest: Sendable {
    private var hash = SHA256()

    package init() {}

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }

    /// 64 hexadecimal digits.
    package func finish() -> String {
        Hexadecimal.text(of: hash.finalize())
    }

    /// The digest of bytes that are all there.
    package static func sha256(of bytes: [UInt8]) -> String {
        var digest = ContentDigest()
        digest.update(bytes)
        return digest.finish()
    }
}
