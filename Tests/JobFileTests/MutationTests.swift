import JobModel
import Testing

@testable import JobFile

/// What happens to job files by accident: lines lost, doubled, swapped, cut and garbled.
@Suite struct MutationTests {
    @Test(arguments: 0..<8)
    func `no accident to the example crashes, or is placed outside the file`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lines = try ExampleTests.example().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for _ in 0..<100 {
            var changed = lines
            for _ in 0..<Int.random(in: 1...4, using: &generator) { Accident.change(&changed, &generator) }
            let text = changed.joined(separator: "\n")
            let rows = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            do throws(JobFileError) {
                _ = try Decoding.decode(text)
            } catch {
                #expect(!error.faults.isEmpty)
                #expect(error.faults == error.faults.sorted())
                for fault in error.faults {
                    let isInside = (1...rows.count).contains(fault.position.line)
                    #expect(isInside, "\(fault) of \(rows.count) lines")
                    // One past the end is where something is missing.
                    guard isInside else { continue }
                    let length = rows[fault.position.line - 1].count
                    #expect(
                        (1...length + 1).contains(fault.position.column),
                        "\(fault): \(String(rows[fault.position.line - 1]))")
                    #expect(!fault.message.isEmpty)
                }
            }
        }
    }

    @Test(arguments: 0..<4)
    func `no soup of TOML's own signs crashes, or is placed outside the file`(seed: UInt64) {
        let signs = [
            "[", "]", "[[", "]]", "{", "}", "=", ".", ",", "\"", "'", "\"\"\"", "'''", "a", "b", "jobs", "1", "0x",
            "0b", "+", "-",
            "_", ":", "\n", "\r\n", "\r", "\t", " ", "#", "\\", "\\u00e9", "t", "true", "false", "inf", "nan", "e5",
            "1.5", "1979-05-27",
            "07:32:00", "T", "Z", "ä", "\u{A0}", "\u{2028}", "\u{85}", "\u{FEFF}", "\u{1}", "\u{7F}", "a = ", "[a]\n",
            "\"x\"", "a.b = [", "a = {",
        ]
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let count = Int.random(in: 1...9, using: &generator)
            let text = (0..<count).map { _ in signs.randomElement(using: &generator) ?? "" }.joined()
            let rows = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            for fault in Decoding.findings(in: text) {
                #expect((1...rows.count).contains(fault.position.line), "\(fault) in \(text.debugDescription)")
            }
        }
    }

}

/// What becomes of a line.
enum Accident {
    static func change(_ lines: inout [String], _ generator: inout SeededGenerator) {
        guard let index = lines.indices.randomElement(using: &generator) else { return }
        var scalars = Array(lines[index].unicodeScalars)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: lines.remove(at: index)
        case 1: lines.insert(lines[index], at: index)
        case 2: lines.swapAt(index, lines.indices.randomElement(using: &generator) ?? index)
        case 3: scalars = Array(scalars.prefix(Int.random(in: 0...scalars.count, using: &generator)))
        case 4:
            scalars.insert(
                "\"'[]{}=.,#\\\u{7F}ä\u{301}🌍\t\r\u{0}9-".unicodeScalars.randomElement(using: &generator) ?? "x",
                at: Int.random(in: 0...scalars.count, using: &generator))
        case 5: scalars.shuffle(using: &generator)
        case 6: if lines[index].hasPrefix("# ") { scalars = Array(scalars.dropFirst(2)) }
        default:
            guard let place = scalars.indices.randomElement(using: &generator) else { return }
            scalars.remove(at: place)
        }
        guard lines.indices.contains(index) else { return }
        if scalars != Array(lines[index].unicodeScalars), !lines[index].isEmpty {
            lines[index] = String(String.UnicodeScalarView(scalars))
        }
    }
}

/// Splitmix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
