/// Reads an expression of SQL word by word, with `standard_conforming_strings` on. Source: PostgreSQL manual, 4.1
/// "Lexical Structure".
struct ConditionScanner {
    struct Fault: Error {
        let reason: String
    }

    private let characters: [Unicode.Scalar]
    private var index = 0
    private var open: [Unicode.Scalar] = []
    private var lastName: String?
    private var hasWords = false
    private(set) var calledNames: [String] = []

    /// Words that begin a query: no subquery is without one.
    private static let queryWords: Set<String> = ["select", "values", "table"]

    init(_ text: String) {
        characters = Array(text.unicodeScalars)
    }

    mutating func scan() throws(Fault) {
        while let character = peek() { try step(character) }
        guard open.isEmpty else { throw Fault(reason: "a parenthesis is not closed") }
        guard hasWords else { throw Fault(reason: "it is empty") }
    }

    private mutating func step(_ character: Unicode.Scalar) throws(Fault) {
        if character.properties.isWhitespace {
            index += 1
            return
        }
        hasWords = true
        switch character {
        case "'": try string()
        case "\"": try quotedName()
        case "(", "[": openBracket(character)
        case ")", "]": try closeBracket(character)
        case ";": throw Fault(reason: "it holds a semicolon")
        case "$": throw Fault(reason: "it holds a $: write strings in '…'")
        case "\\", "\0": throw Fault(reason: "it holds a character that no expression has")
        case "-" where peek(1) == "-", "/" where peek(1) == "*": throw Fault(reason: "it holds a comment")
        case _ where Self.beginsName(character): try word()
        default: skip()
        }
    }

    /// Digits and operators.
    private mutating func skip() {
        index += 1
        lastName = nil
    }

    private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
        index + distance < characters.count ? characters[index + distance] : nil
    }

    // MARK: - Words

    private static func beginsName(_ character: Unicode.Scalar) -> Bool {
        character == "_" || character.value >= 0x80 || character.properties.isAlphabetic
    }

    private mutating func word() throws(Fault) {
        let start = index
        while let character = peek(), Self.continuesName(character) { index += 1 }
        let name = String(String.UnicodeScalarView(characters[start..<index])).lowercased()
        // Its backslashes hold on in a literal on the next line.
        guard name != "e" || peek() != "'" else { throw Fault(reason: "it holds E'…': write strings in '…'") }
        guard !Self.queryWords.contains(name) else {
            throw Fault(reason: "it holds the word \(name): no subqueries; a column of this name is written in \"…\"")
        }
        lastName = name
    }

    private static func continuesName(_ character: Unicode.Scalar) -> Bool {
        beginsName(character) || character == "$" || ("0"..."9").contains(character)
    }

    /// A quote inside is doubled.
    private mutating func string() throws(Fault) {
        index += 1
        lastName = nil
        while let character = peek() {
            index += 1
            if character == "'" {
                guard peek() == "'" else { return }
                index += 1
            }
        }
        throw Fault(reason: "a string is not closed")
    }

    private mutating func quotedName() throws(Fault) {
        index += 1
        var name = String.UnicodeScalarView()
        while let character = peek() {
            index += 1
            if character == "\"" {
                guard peek() == "\"" else {
                    lastName = String(name)
                    return
                }
                index += 1
            }
            name.append(character)
        }
        throw Fault(reason: "a quoted name is not closed")
    }

    // MARK: - Brackets

    private mutating func openBracket(_ character: Unicode.Scalar) {
        if character == "(", let lastName { calledNames.append(lastName) }
        open.append(character)
        skip()
    }

    private mutating func closeBracket(_ character: Unicode.Scalar) throws(Fault) {
        guard open.popLast() == (character == ")" ? "(" : "[") else {
            throw Fault(reason: "a parenthesis is closed that was not opened")
        }
        skip()
    }
}
