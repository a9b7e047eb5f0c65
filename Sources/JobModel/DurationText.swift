/// Lengths of time as the job file writes them: `90s`, `15m`, `12h`, `30d`, `2w`, also joined as in `1h30m`.
///
/// A day is 24 hours, a week 7 days. There are no months and years, whose length depends on which.
package enum DurationText {
    private static let units: [(symbol: Character, seconds: Int64)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
    ]

    /// Nil for what is no duration: without a unit, with a fraction, a unit twice or out of order.
    package static func duration(_ text: String) -> Duration? {
        var rest = text[...]
        var units = units[...]
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, digits.count <= 9, let count = Int64(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            guard let symbol = rest.popFirst(), let unit = units.firstIndex(where: { $0.symbol == symbol }) else {
                return nil
            }
            total += count * units[unit].seconds
            units = units[(unit + 1)...]
        }
        return .seconds(total)
    }

    /// The shortest text: `90s`, `1h`, `1d12h`.
    package static func text(_ duration: Duration) -> String {
        var seconds = duration.components.seconds
        var text = ""
        for (symbol, length) in units where seconds >= length && symbol != "w" {
            text += "\(seconds / length)\(symbol)"
            seconds %= length
        }
        return text.isEmpty ? "0s" : text
    }
}
