import TOMLKit

/// A slip of TOML's grammar, in the parser's words, without what it quotes from the file: that may be part of a secret.
enum SyntaxFault {
    static func finding(_ error: TOMLParseError, in text: String) -> JobFileFinding {
        let lines = text.utf8.count { $0 == 10 } + 1
        let line = min(max(error.source.begin.line, 1), lines)
        let words = error.description.replacing(/,? ?(?:saw|encountered unexpected character) '[^']*'/, with: "")
        return JobFileFinding(
            position: Position(line: line, column: max(error.source.begin.column, 1)),
            message: "not TOML: \(words.prefix(1).lowercased())\(words.dropFirst())")
    }
}
