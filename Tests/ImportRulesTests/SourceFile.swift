import Foundation

/// One Swift file of a target, as written and as the compiler sees it.
struct SourceFile {
    let target: String
    /// From the package's root.
    let path: String
    /// The lines as written.
    let lines: [String]
    /// The same lines without comments and without what stands in string literals.
    let code: [String]

    init(target: String, path: String, text: String) {
        self.target = target
        self.path = path
        lines = text.components(separatedBy: "\n")
        code = CodeOnly.text(of: text).components(separatedBy: "\n")
    }

    /// The modules that the file imports, each with its line number.
    var imports: [(module: String, line: Int)] {
        code.enumerated().compactMap { index, line in
            Self.importedModule(line).map { ($0, index + 1) }
        }
    }

    /// `Foundation` for `package import struct Foundation.URL`; nil for a line that imports nothing.
    static func importedModule(_ line: String) -> String? {
        let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        var words = line.split(separator: " ").map(String.init)
        guard let keyword = words.firstIndex(of: "import") else { return nil }
        let access: Set<String> = ["package", "internal", "private", "fileprivate", "public"]
        guard words[..<keyword].allSatisfy({ access.contains($0) || $0.hasPrefix("@") }) else { return nil }
        words.removeFirst(keyword + 1)
        if let first = words.first, kinds.contains(first) { words.removeFirst() }
        return words.first.flatMap { $0.split(separator: ".").first.map(String.init) }
    }
}

extension SourceFile {
    /// Every Swift file below `Sources`, sorted by path.
    static func all(below root: URL) throws -> [SourceFile] {
        let sources = root.appending(path: "Sources")
        let names = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
            let target = name.split(separator: "/").first.map(String.init) ?? ""
            return SourceFile(target: target, path: "Sources/\(name)", text: text)
        }
    }
}
