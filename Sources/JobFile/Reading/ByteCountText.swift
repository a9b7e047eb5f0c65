/// Numbers of bytes as people write them: `512kB`, `50MB`, `1.5GB`, in units of 1,000, and `64MiB` in units of 1,024.
package enum ByteCountText {
    private static let units: [(symbol: String, bytes: Double)] = [
        ("B", 1), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("KiB", 1_024), ("MiB", 1_048_576),
        ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776),
    ]

    /// Nil for what is no number of bytes: without a unit, or with another. A space before the unit is allowed.
    package static func bytes(_ text: String) -> Int? {
        guard let match = text.wholeMatch(of: /([0-9]{1,9}(?:\.[0-9]{1,6})?) ?([A-Za-z]+)/),
            let number = Double(match.1), let unit = units.first(where: { $0.symbol == match.2 })
        else { return nil }
        return Int((number * unit.bytes).rounded())
    }
}
