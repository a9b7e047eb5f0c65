/// Writes compiled zone files, good ones and bad ones.
struct ZoneFile {
    var version = UInt8(ascii: "2")
    var changes: [(start: Int64, type: UInt8)] = []
    var offsets: [Int32] = [0]
    var footer = "\nUTC0\n"
    var leapSeconds: UInt32 = 0

    var bytes: [UInt8] { header([0, 0, 0, 0, 1, 1]) + [UInt8](repeating: 0, count: 7) + block + Array(footer.utf8) }

    private var block: [UInt8] {
        header([0, 0, leapSeconds, UInt32(changes.count), UInt32(offsets.count), 4])
            + changes.flatMap { big(UInt64(bitPattern: $0.start)) } + changes.map(\.type)
            + offsets.flatMap { big(UInt32(bitPattern: $0)) + [0, 0] } + Array("LMT\0".utf8)
            + [UInt8](repeating: 0, count: Int(leapSeconds) * 12)
    }

    private func header(_ counts: [UInt32]) -> [UInt8] {
        Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15) + counts.flatMap { big($0) }
    }

    private func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
