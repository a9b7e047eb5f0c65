/// What stands before a member of a pack: the header of a regular file in a ustar archive, in the one form that we
/// write.
///
/// The owner is number 0 without a name, the mode 0600. Source: POSIX.1-2017, `pax`, "ustar Interchange Format".
struct PackHeader: Hashable {
    /// Of a header, and of the blocks that all else is padded to.
    static let blockSize = 512
    /// What eleven octal digits hold.
    static let largestNumber = 1 << 33 - 1

    let name: String
    let sizeInBytes: Int
    /// Seconds since 1970.
    let modifiedAt: Int

    init(name: String, sizeInBytes: Int, modifiedAt: Int) {
        precondition(name.utf8.count < Self.nameSize, "a pack's members have short names")
        precondition((0...Self.largestNumber).contains(sizeInBytes), "a pack's members are bounded")
        self.name = name
        self.sizeInBytes = sizeInBytes
        self.modifiedAt = min(max(0, modifiedAt), Self.largestNumber)
    }

    /// Nil for every block that is not, to the last bit, as we write it.
    init?(decoding block: [UInt8]) {
        guard block.count == Self.blockSize, let size = Self.number(block[124..<135]),
            let time = Self.number(block[136..<147]), let end = block.firstIndex(of: 0), (1..<Self.nameSize) ~= end
        else { return nil }
        self.init(name: String(decoding: block[..<end], as: UTF8.self), sizeInBytes: size, modifiedAt: time)
        guard bytes == block else { return nil }
    }

    var bytes: [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.blockSize)
        func write(_ text: some Sequence<UInt8>, at place: Int) {
            for (index, byte) in text.enumerated() { block[place + index] = byte }
        }
        write(name.utf8, at: 0)
        write(Self.octal(0o600, digits: 7), at: 100)
        write(Self.octal(0, digits: 7), at: 108)
        write(Self.octal(0, digits: 7), at: 116)
        write(Self.octal(sizeInBytes, digits: 11), at: 124)
        write(Self.octal(modifiedAt, digits: 11), at: 136)
        write("0".utf8, at: 156)
        write("ustar\u{0}00".utf8, at: 257)
        write(Self.octal(0, digits: 7), at: 329)
        write(Self.octal(0, digits: 7), at: 337)
        // The sum is that of the block with spaces in the sum's place.
        write("        ".utf8, at: 148)
        let sum = block.reduce(0) { $0 + Int($1) }
        write(Self.octal(sum, digits: 6) + [0], at: 148)
        return block
    }

    private static let nameSize = 100

    private static func octal(_ number: Int, digits: Int) -> [UInt8] {
        (0..<digits).reversed().map { UInt8(ascii: "0") + UInt8(number >> (3 * $0) & 7) }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        digits.reduce(0) { number, digit in
            guard let number, (UInt8(ascii: "0")...UInt8(ascii: "7")) ~= digit else { return nil }
            return number << 3 | Int(digit & 7)
        }
    }
}
