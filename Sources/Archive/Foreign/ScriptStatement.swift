package import JobModel

/// A statement of a plain SQL dump.
package struct ScriptStatement: Hashable, Sendable {
    /// Without the semicolon that ends it.
    package let text: ServerText
    /// The line of the dump in which it begins, from 1 on.
    package let line: Int
    /// Its first words outside of quotes and parentheses, in lower case; at most twelve.
    package let words: [String]
    /// Of an INSERT with VALUES, how many rows it lists; nil for all else.
    package let rows: Int?

    package init(text: ServerText, line: Int, words: [String], rows: Int? = nil) {
        self.text = text
        self.line = line
        self.words = words
        self.rows = rows
    }

    /// Whether the words begin with these.
    package func begins(with words: String...) -> Bool { self.words.starts(with: words) }
}
