/// Integers as archives hold them: a sign byte, then four bytes, the lowest first.
///
/// Source: `WriteInt` in PostgreSQL's `pg_backup_archiver.c`.
enum TOCNumber {
    /// The size of the magnitude that every pg_dump writes.
    static let magnitudeSize = 4
    static let size = 1 + magnitudeSize

    static func bytes(of number: Int) -> [UInt8] {
        [number < 0 ? 1 : 0] + (0..<magnitudeSize).map { UInt8(truncatingIfNeeded: number.magnitude >> (8 * $0)) }
    }

    /// Nil where the sign is neither 0 nor 1, or the number is none of C's `int`.
    static func value(of bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count == size, let sign = bytes.first, sign <= 1 else { return nil }
        var magnitude = 0
        for (index, byte) in bytes.dropFirst().enumerated() { magnitude |= Int(byte) << (8 * index) }
        guard magnitude <= Int(Int32.max) else { return nil }
        return sign == 0 ? magnitude : -magnitude
    }
}
