import JobModel

/// A sum of 128-bit hashes modulo 2^128: the same for the same things in any order.
package struct HashSum: Hashable, Sendable, CustomStringConvertible {
    package internal(set) var value: UInt128

    package static let zero = HashSum(value: 0)

    init(value: UInt128) {
        self.value = value
    }

    /// 32 hexadecimal digits, the most significant first.
    package var description: String {
        Hexadecimal.text(of: (0..<16).reversed().map { UInt8(truncatingIfNeeded: value >> UInt128($0 * 8)) })
    }

    /// Reads ``description``; nil for all else.
    package init?(_ text: String) {
        guard text.utf8.count == 32, let bytes = Hexadecimal.bytes(of: text) else { return nil }
        value = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }

    package static func += (left: inout HashSum, right: HashSum) {
        left.value &+= right.value
    }
}

extension HashSum: Codable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let sum = HashSum(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not 32 hexadecimal digits")
        }
        self = sum
    }
}
