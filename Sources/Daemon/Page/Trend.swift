import JobModel

/// Numbers over time, as a line. Pure.
struct Trend {
    let title: String
    /// For those who do not see it: the newest, the least and the most.
    let summary: String
    /// The newest, for people.
    let newest: String
    /// Points of the line: `0,20 4,18`.
    let points: String
    /// The area below it.
    let area: String
    let lastX: String
    let lastY: String
    static let width = 120.0
    static let height = 28.0
    private static let mostPoints = 60

    /// Nil where there are fewer than two. `values` are oldest first.
    init?(_ title: String, _ values: [Double], text: (Double) -> String) {
        let values = Array(values.suffix(Self.mostPoints))
        guard values.count > 1, let last = values.last, let least = values.min(), let most = values.max() else {
            return nil
        }
        // From zero, so that a small change looks small.
        let span = max(most, 1e-9)
        let places = values.enumerated().map { index, value in
            let x = 2 + (Self.width - 6) * Double(index) / Double(values.count - 1)
            let y = Self.height - 3 - (Self.height - 8) * max(0, value) / span
            return (Self.digits(x), Self.digits(y))
        }
        self.title = title
        newest = text(last)
        summary = "\(title) of the last \(values.count): now \(text(last)), from \(text(least)) to \(text(most))"
        points = places.map { "\($0.0),\($0.1)" }.joined(separator: " ")
        area = "2,\(Self.digits(Self.height)) \(points) \(places[places.count - 1].0),\(Self.digits(Self.height))"
        lastX = places[places.count - 1].0
        lastY = places[places.count - 1].1
    }

    private static func digits(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
