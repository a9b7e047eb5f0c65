import Foundation

/// The header `Retry-After`: seconds, or a date (RFC 9110, 10.2.3 and 5.6.7).
enum RetryAfter {
    /// Nil where it is neither; zero for a date that has passed.
    static func duration(_ text: String, now: Date) -> Duration? {
        if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 86_400 * 366)) }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = formatter.date(from: text) else { return nil }
        return .seconds(max(0, min(date.timeIntervalSince(now), 86_400 * 366).rounded(.up)))
    }
}
