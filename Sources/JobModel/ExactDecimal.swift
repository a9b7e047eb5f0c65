/// A decimal number as it is written, of any length, compared without rounding.
package struct ExactDecimal: Sendable {
    /// As it was given.
    package let text: String
    private let isNegative: Bool
    /// The first is not zero, and neither is the last; none for zero.
    private let digits: [UInt8]
    /// Where the point stands: the number is 0.digits times ten to this power.
    private let exponent: Int

    /// Reads `12`, `-0.50`, `1e-7`; nil for anything else, `NaN` and `Infinity` among it.
    package init?(_ text: String) {
        let form = /([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,9}))?/
        guard let match = text.wholeMatch(of: form), !match.2.isEmpty || match.3?.isEmpty == false else { return nil }
        let whole = match.2.utf8.drop { $0 == UInt8(ascii: "0") }
        let all = Array(whole) + Array((match.3 ?? "").utf8)
        let leadingZeros = all.prefix { $0 == UInt8(ascii: "0") }.count
        var digits = Array(all.dropFirst(leadingZeros))
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        self.text = text
        self.digits = digits
        isNegative = match.1 == "-" && !digits.isEmpty
        exponent = digits.isEmpty ? 0 : whole.count - leadingZeros + (match.4.flatMap { Int($0) } ?? 0)
    }
}

extension ExactDecimal: Comparable {
    package static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
        left.isNegative == right.isNegative && left.digits == right.digits && left.exponent == right.exponent
    }

    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isNearerToZero(than: left) : left.isNearerToZero(than: right)
    }

    private func isNearerToZero(than other: ExactDecimal) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
        if exponent != other.exponent { return exponent < other.exponent }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}
