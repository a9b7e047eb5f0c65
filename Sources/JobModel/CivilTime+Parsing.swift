extension CivilTime {
    /// Reads an instant with its offset from UTC, to the second: `2026-11-21T02:00:00Z`, `2026-11-21T03:00:00+01:00`.
    /// Nil where the text is another or names no real instant. Source: RFC 3339, 5.6.
    package init?(rfc3339 text: String) {
        let isUTC = text.hasSuffix("Z")
        let local = text.dropLast(isUTC ? 1 : 6) + "Z"
        guard let time = CivilTime(compactText: local.filter { $0 != "-" && $0 != ":" }), time.text == local else {
            return nil
        }
        if isUTC {
            self = time
            return
        }
        guard let offset = Self.offsetInSeconds(text.suffix(6)) else { return nil }
        self.init(secondsSinceEpoch: time.secondsSinceEpoch - offset)
    }

    /// `+01:00`
    private static func offsetInSeconds(_ text: Substring) -> Int? {
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard text.hasPrefix("+") || text.hasPrefix("-"), parts.map(\.utf8.count) == [2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), hours < 24, minutes < 60
        else { return nil }
        return (text.hasPrefix("-") ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}
