/// Swift text without comments and without the insides of string literals; line breaks stay where they were.
///
/// Code inside an interpolation counts as part of the literal: good enough for rules about keywords.
struct CodeOnly {
    private var rest: Substring
    private var output = ""

    static func text(of source: String) -> String {
        var scanner = CodeOnly(rest: source[...])
        scanner.run()
        return scanner.output
    }

    private init(rest: Substring) { self.rest = rest }

    private mutating func run() {
        while let character = rest.first {
            if rest.hasPrefix("//") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*") {
                skipComment()
            } else if let hashes = hashesBeforeQuote() {
                skipLiteral(hashes: hashes)
            } else {
                output.append(character)
                rest.removeFirst()
            }
        }
    }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            if rest.hasPrefix("/*") {
                depth += 1
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("*/") {
                depth -= 1
                rest = rest.dropFirst(2)
            } else {
                skipOne()
            }
        } while depth > 0 && !rest.isEmpty
    }

    /// How many `#` stand before the quote here; nil where no literal begins.
    private func hashesBeforeQuote() -> Int? {
        let hashes = rest.prefix { $0 == "#" }.count
        return rest.dropFirst(hashes).first == "\"" ? hashes : nil
    }

    private mutating func skipLiteral(hashes: Int) {
        let guardian = String(repeating: "#", count: hashes)
        rest = rest.dropFirst(hashes)
        let quote = rest.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
        rest = rest.dropFirst(quote.count)
        output += "\"\""
        while !rest.isEmpty && !rest.hasPrefix(quote + guardian) {
            if rest.hasPrefix("\\\(guardian)(") {
                skipInterpolation(opening: 2 + hashes)
            } else {
                if hashes == 0 && rest.first == "\\" { rest.removeFirst() }
                skipOne()
            }
        }
        rest = rest.dropFirst(quote.count + hashes)
    }

    private mutating func skipInterpolation(opening: Int) {
        rest = rest.dropFirst(opening)
        var depth = 1
        while depth > 0, let character = rest.first {
            if let hashes = hashesBeforeQuote() {
                skipLiteral(hashes: hashes)
                continue
            }
            depth += character == "(" ? 1 : character == ")" ? -1 : 0
            skipOne()
        }
    }

    private mutating func skipOne() {
        guard let character = rest.popFirst() else { return }
        if character.isNewline { output.append("\n") }
    }
}
