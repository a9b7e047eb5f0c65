/// The name that somebody may have meant.
package enum NearestName {
    /// `(did you mean "retention"?)` with a blank before it, or nothing where no candidate is near.
    package static func suggestion(for name: String, among candidates: some Sequence<String>) -> String {
        nearest(to: name, among: candidates).map { " (did you mean \"\($0)\"?)" } ?? ""
    }

    /// Nil where every candidate takes more edits than a third of the name's letters, at least two.
    package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = name.lowercased()
        let limit = min(max(2, wanted.count / 3), max(1, wanted.count - 1))
        return candidates.map { ($0, distance(wanted, $0.lowercased())) }
            .filter { $0.1 <= limit }
            .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }

    /// Edits that turn one word into the other; a swap of neighbours is one.
    package static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.unicodeScalars)
        let right = Array(right.unicodeScalars)
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var edits = [[Int]](repeating: Array(0...right.count), count: left.count + 1)
        for row in 1...left.count {
            edits[row][0] = row
            for column in 1...right.count {
                let isSame = left[row - 1] == right[column - 1]
                edits[row][column] = min(
                    edits[row - 1][column] + 1, edits[row][column - 1] + 1,
                    edits[row - 1][column - 1] + (isSame ? 0 : 1))
                guard row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1]
                else { continue }
                edits[row][column] = min(edits[row][column], edits[row - 2][column - 2] + 1)
            }
        }
        return edits[left.count][right.count]
    }
}
