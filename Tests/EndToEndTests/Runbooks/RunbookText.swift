import Foundation
import TestSupport
import Testing

/// A page of `runbooks/` as the tests read it.
///
/// A block marked `sh` is run as it is written; a block `text` after it is what it must print, where … stands for anything
/// on a line, and a line of … alone for any number of lines. `sh exit=65` must end with that code. A block `console` shows
/// what no test can run.
struct RunbookText: Sendable, CustomTestStringConvertible {
    struct Block: Sendable, Equatable {
        /// What stands behind the fence: `sh`, `sh exit=65`, `text`, `console`.
        let mark: String
        let text: String
        /// Of its fence, from 1.
        let line: Int
    }

    /// Commands, and what must come of them.
    struct Step: Sendable {
        let commands: String
        let line: Int
        var exitCode: Int32 = 0
        var expectedOutput: String?
    }

    static let folder = "\(Workplace.repository)/runbooks"
    static let sections = ["Symptom", "Check", "Decide", "Do", "Verify", "Prevent"]

    let name: String
    let lines: [String]
    let blocks: [Block]

    var testDescription: String { name }

    init(name: String, text: String) {
        self.name = name
        lines = text.components(separatedBy: "\n")
        blocks = Self.blocks(in: lines)
    }

    /// All but the index.
    static let all: [RunbookText] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".md") && $0 != "README.md" }.sorted().compactMap { file in
            guard let text = try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8) else { return nil }
            return RunbookText(name: String(file.dropLast(".md".count)), text: text)
        }
    }()

    var steps: [Step] {
        var steps: [Step] = []
        for block in blocks {
            if block.mark == "text", !steps.isEmpty { steps[steps.count - 1].expectedOutput = block.text }
            guard block.mark.hasPrefix("sh") else { continue }
            let code = block.mark.split(separator: "=").dropFirst().first.flatMap { Int32($0) } ?? 0
            steps.append(Step(commands: block.text, line: block.line, exitCode: code))
        }
        return steps
    }

    /// Of what is no block.
    var prose: [String] {
        var isInside = false
        return lines.filter { line in
            defer { if line.hasPrefix("```") { isInside.toggle() } }
            return !isInside && !line.hasPrefix("```")
        }
    }

    private static func blocks(in lines: [String]) -> [Block] {
        var blocks: [Block] = []
        var open: (mark: String, line: Int)?
        for (number, line) in zip(1..., lines) where line.hasPrefix("```") {
            if let begun = open {
                let text = lines[begun.line..<number - 1].joined(separator: "\n")
                blocks.append(Block(mark: begun.mark, text: text, line: begun.line))
                open = nil
            } else {
                open = (String(line.dropFirst(3)), number)
            }
        }
        return blocks
    }
}
