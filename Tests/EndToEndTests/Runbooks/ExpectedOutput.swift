import Foundation

/// What a runbook says that a command prints. … stands for anything on a line; a line of … alone for any number of lines,
/// none included. How many spaces there are does not count, nor how long the rules of tables are, nor empty lines around it
/// all.
struct ExpectedOutput {
    private let lines: [String]

    init(_ text: String) {
        lines = Self.lines(of: text)
    }

    func matches(_ output: String) -> Bool {
        Self.match(lines[...], Self.lines(of: output)[...])
    }

    private static func match(_ expected: ArraySlice<String>, _ found: ArraySlice<String>) -> Bool {
        guard let first = expected.first else { return found.isEmpty }
        let rest = expected.dropFirst()
        guard first != "…" else {
            return (found.startIndex...found.endIndex).contains { match(rest, found[$0...]) }
        }
        guard let line = found.first, matches(line, pieces: first.components(separatedBy: "…")) else { return false }
        return match(rest, found.dropFirst())
    }

    /// Whether the line is these pieces in their order, with anything between them.
    private static func matches(_ line: String, pieces: [String]) -> Bool {
        guard pieces.count > 1, let head = pieces.first, let tail = pieces.last else { return line == pieces.first }
        guard line.hasPrefix(head), line.hasSuffix(tail), line.count >= head.count + tail.count else { return false }
        var middle = line.dropFirst(head.count).dropLast(tail.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let place = middle.firstRange(of: piece) else { return false }
            middle = middle[place.upperBound...]
        }
        return true
    }

    private static func lines(of text: String) -> [String] {
        let lines = text.components(separatedBy: "\n").map(plain).drop { $0.isEmpty }
        return Array(lines.reversed().drop { $0.isEmpty }.reversed())
    }

    /// Columns of tables are as wide as what stands in them.
    private static func plain(_ line: String) -> String {
        let words = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return !words.isEmpty && words.allSatisfy { "-+ ".contains($0) } ? "---" : words
    }
}
