/// How a text is written in YAML: plain where nobody can take it for something else, in quotes, or as a block.
enum YAMLText {
    /// On one line.
    static func scalar(_ text: String) -> String {
        isPlain(text) ? text : quoted(text)
    }

    /// Only what is a text to everybody: begins with a letter or a slash, and is none of YAML 1.1's words for flags,
    /// nothing and infinity.
    private static func isPlain(_ text: String) -> Bool {
        guard text.wholeMatch(of: /[A-Za-z\/][A-Za-z0-9_.\/-]*([ ][A-Za-z0-9_.\/-]+)*/) != nil else { return false }
        return !["true", "false", "yes", "no", "on", "off", "y", "n", "null"].contains(text.lowercased())
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
            default: result += escaped(scalar)
            }
        }
        return result + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let width = scalar.value > 0xffff ? 8 : 4
        return (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
    }

    /// Neither control characters nor what a reader may take for the end of a line or drop.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7e, 0xa0...0x2027, 0x202a...0xd7ff, 0xe000...0xfefe, 0xff00...0xfffd, 0x10000...0x10ffff: true
        default: false
        }
    }

    /// Whether a text of several lines can be written as it is.
    static func needsBlock(_ text: String) -> Bool {
        text.contains("\n") && !text.hasPrefix("\n") && !text.hasPrefix(" ") && !text.hasPrefix("\t")
            && text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || isPrintable($0) }
            && text.contains { $0 != "\n" }
    }

    /// `|` and the lines, further in by `indent`; says whether the text ends with a line's end, or several.
    static func block(_ text: String, indent: Int) -> String {
        let endings = text.reversed().prefix { $0 == "\n" }.count
        let mark = endings == 0 ? "|-" : endings == 1 ? "|" : "|+"
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if endings > 0 { lines.removeLast() }
        let margin = String(repeating: " ", count: indent)
        return mark + "\n" + lines.map { $0.isEmpty ? "\n" : margin + $0 + "\n" }.joined()
    }
}
