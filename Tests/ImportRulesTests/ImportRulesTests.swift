import Foundation
import Testing

/// Holds the sources to the house's plan.
@Suite struct `the sources of dbops` {
    let rules = HouseRules.house
    let files: [SourceFile]

    /// Read once: every test makes this suite anew.
    private static let read = Result {
        let root = (0..<3).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        return try SourceFile.all(below: root)
    }

    init() throws { files = try Self.read.get() }

    @Test func `are all read`() {
        #expect(Set(files.map(\.target)) == Set(rules.mayImport.keys))
    }

    @Test func `import only what the table allows`() {
        #expect(files.flatMap(rules.forbiddenImports) == [])
    }

    @Test func `import each heavy package from one target`() {
        #expect(rules.sharedImports(in: files) == [])
    }

    @Test func `never say public, @_exported, try! or fatalError`() {
        #expect(files.flatMap(rules.forbiddenWords) == [])
    }

    @Test func `prove each unchecked promise in a comment`() {
        #expect(files.flatMap(rules.unprovenPromises) == [])
    }

    @Test func `are short files`() {
        #expect(files.flatMap(rules.tooLong) == [])
    }

    @Test func `follow a table without circles`() {
        #expect(rules.upwardEntries == [])
    }
}
