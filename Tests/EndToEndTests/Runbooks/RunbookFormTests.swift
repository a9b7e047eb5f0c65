import Foundation
import JobModel
import Testing

/// What every runbook has, whatever it is about.
@Suite struct RunbookFormTests {
    /// What no test can run is shown here and nowhere else.
    private static let shownOnly = ["clock-wrong": 1, "no-recent-backup": 2]
    private static let index = RunbookText(
        name: "README",
        text: (try? String(contentsOfFile: "\(RunbookText.folder)/README.md", encoding: .utf8)) ?? "")

    @Test func `there is one for each that messages name, and a set-up for each`() throws {
        let names = RunbookText.all.map(\.name)
        #expect(names == Runbook.allCases.map(\.rawValue).sorted())
        let scripts = try FileManager.default.contentsOfDirectory(atPath: RunbookWorld.folder).map {
            $0.replacing(".sh", with: "")
        }
        #expect(Set(scripts).subtracting(["world"]) == Set(names))
    }

    @Test(arguments: RunbookText.all) func `has its sections, in order`(_ runbook: RunbookText) {
        let headings = runbook.prose.filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
        #expect(headings == RunbookText.sections)
        #expect(runbook.lines.first?.hasPrefix("# ") == true)
    }

    @Test(arguments: RunbookText.all) func `is short`(_ runbook: RunbookText) {
        #expect(runbook.lines.count <= 180)
        #expect(runbook.lines.allSatisfy { $0.count <= 180 || $0.hasPrefix("|") })
    }

    @Test(arguments: RunbookText.all) func `has commands in it whose output is held to the text`(_ runbook: RunbookText)
    {
        #expect(runbook.steps.contains { $0.expectedOutput?.contains { $0 != "…" && $0 != "\n" } == true })
        for (number, block) in runbook.blocks.enumerated() {
            let isKnown = ["sh", "text", "console"].contains(block.mark) || block.mark.hasPrefix("sh exit=")
            #expect(isKnown, "line \(block.line): \(block.mark)")
            let follows = number > 0 && runbook.blocks[number - 1].mark.hasPrefix("sh")
            #expect(block.mark != "text" || follows, "line \(block.line) is no command's output")
        }
        #expect(runbook.blocks.count { $0.mark == "console" } == Self.shownOnly[runbook.name, default: 0])
    }

    @Test func `the index names each once`() {
        let names = Self.index.prose.flatMap { $0.matches(of: /\]\(([a-z-]+)\.md\)/).map { String($0.1) } }
        #expect(names.sorted() == RunbookText.all.map(\.name))
    }

    @Test(arguments: RunbookText.all + [index]) func `links lead to what is there`(_ runbook: RunbookText) throws {
        let links = runbook.prose.flatMap { $0.matches(of: /\]\(([^)]+)\)/).map { String($0.1) } }
        for link in links where !link.contains("://") {
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let path = parts[0].isEmpty ? "\(runbook.name).md" : parts[0]
            let text = try? String(contentsOfFile: "\(RunbookText.folder)/\(path)", encoding: .utf8)
            #expect(text != nil, "\(link)")
            guard let text, parts.count > 1 else { continue }
            #expect(Self.anchors(in: text).contains(parts[1]), "\(link)")
        }
    }

    /// As GitHub makes them of headings.
    private static func anchors(in text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
                heading.drop { $0 == "#" }.dropFirst().lowercased()
                    .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                    .replacing(" ", with: "-")
            })
    }
}
