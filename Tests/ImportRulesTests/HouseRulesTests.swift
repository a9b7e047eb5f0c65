import Testing

/// That the rules find what they forbid, and let pass what only looks like it.
@Suite struct `the rules of the house` {
    let rules = HouseRules.house

    private func file(_ text: String, target: String = "Postgres") -> SourceFile {
        SourceFile(target: target, path: "X.swift", text: text)
    }

    @Test(arguments: [
        "import Operations", "package import ObjectStorage", "import struct Archive.Manifest", "@testable import dbops",
        "  import Crypto", "@preconcurrency import CCurl", "internal import Hummingbird",
    ])
    func `find an import that is not in the table`(line: String) {
        #expect(rules.forbiddenImports(in: file("import Foundation\n\(line)\n")).count == 1)
    }

    @Test(arguments: [
        "package import Foundation", "import JobModel", "import CPQ", "// import Operations", "let important = 1",
        "let text = \"import Operations\"", "/* one\nimport Operations\n*/",
        "let text = \"\"\"\n  import Operations\n  \"\"\"",
    ])
    func `let an allowed import pass`(text: String) {
        #expect(rules.forbiddenImports(in: file(text)) == [])
    }

    @Test func `find a target that is not in the table`() {
        #expect(rules.forbiddenImports(in: file("", target: "Utilities")).count == 1)
    }

    @Test func `find a second importer of a heavy package`() {
        let files = [file("import CPQ", target: "Postgres"), file("import CPQ", target: "Operations")]
        #expect(rules.sharedImports(in: files) == ["CPQ is imported by Operations, Postgres"])
        #expect(rules.sharedImports(in: [files[0], files[0]]) == [])
    }

    @Test(arguments: [
        "public struct A {}", "@_exported import Foundation", "let a = try! b()", "fatalError(\"no\")",
        "let a = \"\\(text(\")\"))\"; public let b = 1", "let a = #\"\\\"#; public let b = 1",
        "/* a /* nested */ comment */ public let b = 1",
    ])
    func `find a word that nobody writes`(line: String) {
        #expect(rules.forbiddenWords(in: file(line)).count == 1)
    }

    @Test(arguments: [
        "// public", "let schema = \"public\"", "let publication = 1", "/// Never `try!`.",
        "let a = #\"public \"quoted\"\"#",
        "let a = \"\\\"public\\\"\"", "let a = \"\\(name) public\"",
        "let a = \"\"\"\n  \"public\" fatalError(\n  \"\"\"",
        "package func republic() {}", "try b()",
    ])
    func `let a harmless word pass`(text: String) {
        #expect(rules.forbiddenWords(in: file(text)) == [])
    }

    @Test(arguments: ["final class A: @unchecked Sendable {}", "nonisolated(unsafe) let a = 1"])
    func `find a promise without a proof`(line: String) {
        #expect(rules.unprovenPromises(in: file("import Foundation\n\(line)")).count == 1)
        #expect(rules.unprovenPromises(in: file(line)).count == 1)
        #expect(rules.unprovenPromises(in: file("// All state is behind the lock.\n\(line)")) == [])
    }

    @Test func `find a file that is too long`() {
        #expect(rules.tooLong(file(String(repeating: "\n", count: 401))).count == 1)
        #expect(rules.tooLong(file(String(repeating: "\n", count: 400))) == [])
    }

    @Test func `find a circle in a table`() {
        let circle = HouseRules(mayImport: ["A": ["B"], "B": ["C"], "C": ["A"], "D": ["A"]])
        #expect(circle.upwardEntries == ["A → B", "B → C", "C → A"])
    }

    @Test func `keep line numbers across comments and literals`() {
        let text = "/* a\nb */ let c = \"\"\"\n  d\n  \"\"\"\npublic let e = 1\n"
        #expect(rules.forbiddenWords(in: file(text)) == ["X.swift:5: public"])
    }
}
