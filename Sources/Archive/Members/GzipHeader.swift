/// The ten bytes before a gzip member's data (RFC 1952, 2.3.1).
package enum GzipHeader: Sendable {
    /// Exactly the header that our compressors write: no flag, no time, no extra flags, operating system unknown.
    /// Nothing in it can change unnoticed.
    case canonical
    /// No flag, but any time, level and operating system, as pg_dump and zlib write it. A header with a name, a
    /// comment or an extra field is refused.
    case plain

    static let size = 10

    static let canonicalBytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]

    /// Why `bytes` are no such header; nil where they are.
    func objection(to bytes: [UInt8]) -> String? {
        guard bytes.starts(with: [0x1f, 0x8b]) else { return "no gzip member begins" }
        guard bytes[2] == 8 else { return "the gzip member has the unknown method \(bytes[2]), which begins" }
        guard bytes[3] == 0 else { return "the gzip member has the unexpected flags \(bytes[3]), which begins" }
        switch self {
        case .plain: return nil
        case .canonical where bytes == Self.canonicalBytes: return nil
        case .canonical: return "the gzip member has another header than dbops writes, which begins"
        }
    }
}
