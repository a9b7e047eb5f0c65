import Foundation
import JobModel

/// The two ways in which a store writes an instant. Read without a formatter, which would bring in all of ICU.
enum S3Time {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, as in the `Date` and `Last-Modified` headers. Source: RFC 9110, 5.6.7.
    static func date(fromHeader text: String) -> Date? {
        let fields = text.split(separator: " ")
        guard fields.count == 6, fields[5] == "GMT", fields[1].count == 2,
            let month = months.firstIndex(of: String(fields[2]))
        else { return nil }
        let monthDigits = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        let time = fields[4].filter { $0 != ":" }
        return CivilTime(compactText: "\(fields[3])\(monthDigits)\(fields[1])T\(time)Z")?.date
    }

    /// `2026-11-21T02:00:00.123Z`, as in listings; the fraction may be missing. Source: RFC 3339.
    static func date(fromListing text: String) -> Date? {
        guard text.hasSuffix("Z") else { return nil }
        let parts = text.dropLast().split(separator: ".", maxSplits: 1)
        guard let whole = parts.first else { return nil }
        let compact = whole.filter { $0 != "-" && $0 != ":" } + "Z"
        guard let seconds = CivilTime(compactText: String(compact)) else { return nil }
        guard parts.count == 2 else { return seconds.date }
        guard let fraction = Double("0.\(parts[1])") else { return nil }
        return seconds.date.addingTimeInterval(fraction)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
