/// The names in a zone database, to find the one that was meant.
struct ZoneNames {
    private let all: [String]

    /// `list` is the text of `tzdata.zi`: lines `Z NAME …` for zones and `L TARGET NAME` for links.
    init(list: String) {
        all = list.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            switch words.first {
            case "Z" where words.count > 1: return String(words[1])
            case "L" where words.count > 2: return String(words[2])
            default: return nil
            }
        }.filter { $0.contains("/") }
    }

    /// At most three names that differ little, the nearest first: in case, in a letter or two, in the area.
    func nearest(to name: String) -> [String] {
        let wanted = Self.plain(name)
        let limit = max(1, wanted.count / 4)
        let distances = all.map { (name: $0, distance: Self.distance(wanted, Self.plain($0), limit: limit)) }
        let nearest = distances.filter { $0.distance <= limit }.sorted {
            ($0.distance, $0.name) < ($1.distance, $1.name)
        }
        if let best = nearest.first { return nearest.prefix { $0.distance == best.distance }.prefix(3).map(\.name) }
        let city = wanted.split(separator: "/").last.map(Array.init) ?? []
        return Array(
            all.filter { Self.plain($0).split(separator: "/").last.map(Array.init) == city }.sorted().prefix(3))
    }

    /// Lower case, with one sign for blanks.
    private static func plain(_ name: String) -> [Character] {
        name.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 }
    }

    /// How many letters must be put in, taken out or changed; at most `limit` + 1.
    private static func distance(_ left: [Character], _ right: [Character], limit: Int) -> Int {
        guard abs(left.count - right.count) <= limit else { return limit + 1 }
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var next = [index + 1]
            for (column, other) in right.enumerated() {
                next.append(min(row[column] + (letter == other ? 0 : 1), row[column + 1] + 1, next[column] + 1))
            }
            row = next
        }
        return row[right.count]
    }
}
