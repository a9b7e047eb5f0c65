package import Foundation

/// An instant in whole seconds, written as a date and a time of day in UTC.
package struct CivilTime: Hashable, Sendable, Comparable {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    package let secondsSinceEpoch: Int

    package init(secondsSinceEpoch: Int) {
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    package init(_ date: Date) {
        self.init(secondsSinceEpoch: Int(date.timeIntervalSince1970.rounded(.down)))
    }

    package var date: Date { Date(timeIntervalSince1970: Double(secondsSinceEpoch)) }

    /// `20261121T020000Z`
    package var compactText: String {
        let (year, month, day, hour, minute, second) = fields
        return Self.digits(year, 4) + Self.digits(month, 2) + Self.digits(day, 2) + "T"
            + Self.digits(hour, 2) + Self.digits(minute, 2) + Self.digits(second, 2) + "Z"
    }

    /// `2026-11-21T02:00:00Z` (RFC 3339)
    package var text: String {
        let (year, month, day, hour, minute, second) = fields
        return Self.digits(year, 4) + "-" + Self.digits(month, 2) + "-" + Self.digits(day, 2) + "T"
            + Self.digits(hour, 2) + ":" + Self.digits(minute, 2) + ":" + Self.digits(second, 2) + "Z"
    }

    /// Reads ``compactText``; nil where the text is another or names no real instant.
    package init?(compactText: String) {
        let bytes = Array(compactText.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].reduce(Int?.some(0)) { sum, byte in
                guard let sum, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                return sum * 10 + Int(byte - UInt8(ascii: "0"))
            }
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
            let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15)
        else { return nil }
        self.init(
            secondsSinceEpoch: CivilDate(year: year, month: month, day: day).daysSinceEpoch * 86_400
                + hour * 3_600 + minute * 60 + second)
        guard self.compactText == compactText else { return nil }
    }

    package static func < (left: CivilTime, right: CivilTime) -> Bool {
        left.secondsSinceEpoch < right.secondsSinceEpoch
    }

    private static func digits(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    private var fields: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        let dayNumber = secondsSinceEpoch.flooredQuotient(by: 86_400)
        let secondOfDay = secondsSinceEpoch - dayNumber * 86_400
        let date = CivilDate(daysSinceEpoch: dayNumber)
        return (
            date.year, date.month, date.day, secondOfDay / 3_600, secondOfDay % 3_600 / 60, secondOfDay % 60
        )
    }
}

extension CivilTime: Codable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let compact = text.filter { $0 != "-" && $0 != ":" }
        guard let time = CivilTime(compactText: compact), time.text == text else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 instant in UTC")
        }
        self = time
    }
}
