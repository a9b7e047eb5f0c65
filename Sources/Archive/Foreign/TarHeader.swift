/// The header of one member of a tar archive. Source: POSIX.1-1988 `ustar`; `_tarWriteHeader` in PostgreSQL's
/// `pg_backup_tar.c`.
struct TarHeader: Hashable, Sendable {
    let name: String
    let sizeInBytes: Int

    /// Headers and the space that a member takes are in blocks of so many bytes.
    static let size = 512

    /// The member's bytes with those that fill its last block.
    var paddedSizeInBytes: Int { (sizeInBytes + Self.size - 1) / Self.size * Self.size }

    /// Nil where the block is no header with the right checksum.
    init?(_ block: some Collection<UInt8>) {
        let bytes = Array(block)
        guard bytes.count == Self.size, bytes[257..<262].elementsEqual("ustar".utf8),
            let checksum = Self.octal(bytes[148..<156]), let size = Self.number(bytes[124..<136])
        else { return nil }
        let blank = Int(UInt8(ascii: " "))
        let sum = bytes.indices.reduce(0) { $0 + ((148..<156).contains($1) ? blank : Int(bytes[$1])) }
        guard sum == checksum else { return nil }
        name = String(decoding: bytes[..<100].prefix { $0 != 0 }, as: UTF8.self)
        sizeInBytes = size
    }

    /// Octal digits, or for 8 GiB and more a binary number with the highest bit set.
    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first, first & 0x80 != 0 else { return octal(field) }
        let rest = field.dropFirst()
        guard first == 0x80, rest.prefix(rest.count - 7).allSatisfy({ $0 == 0 }) else { return nil }
        return rest.suffix(7).reduce(0) { $0 << 8 | Int($1) }
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.drop { $0 == 32 }.prefix { $0 != 0 && $0 != 32 }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
