/// Writes YAML that version 1.1 and 1.2 read alike. Source: YAML 1.2.2, chapters 7 and 8; YAML 1.1, "Language-Independent
/// Types", for the plain words that it takes for flags and numbers.
struct YAMLWriter {
    private(set) var text = ""

    /// A document of its own, without the line that separates it from another.
    static func text(of value: YAML) -> String {
        var writer = YAMLWriter()
        writer.write(value, indent: 0, afterKey: false)
        return writer.text
    }

    private mutating func write(_ value: YAML, indent: Int, afterKey: Bool) {
        switch value {
        case .table(let entries) where !entries.isEmpty:
            if afterKey { text += "\n" }
            write(entries, indent: indent, firstIsIndented: true)
        case .list(let elements) where !elements.isEmpty:
            if afterKey { text += "\n" }
            for element in elements { write(element: element, indent: indent) }
        case .text(let string) where YAMLText.needsBlock(string):
            text += afterKey ? " " : ""
            text += YAMLText.block(string, indent: indent)
        case .verbatim(let lines):
            if afterKey { text += "\n" }
            for line in lines.split(separator: "\n", omittingEmptySubsequences: false).trimmingEmptyEnd {
                text += line.isEmpty ? "\n" : spaces(indent) + line + "\n"
            }
        default:
            text += (afterKey ? " " : "") + Self.scalar(value) + "\n"
        }
    }

    private mutating func write(_ entries: [YAML.Entry], indent: Int, firstIsIndented: Bool) {
        for (index, entry) in entries.enumerated() {
            text += (index == 0 && !firstIsIndented ? "" : spaces(indent)) + YAMLText.scalar(entry.key) + ":"
            // A list stands below its key, as kubectl writes it.
            let isList = if case .list = entry.value { true } else { false }
            write(entry.value, indent: isList ? indent : indent + 2, afterKey: true)
        }
    }

    private mutating func write(element: YAML, indent: Int) {
        text += spaces(indent) + "-"
        if case .table(let entries) = element, !entries.isEmpty {
            text += " "
            write(entries, indent: indent + 2, firstIsIndented: false)
        } else {
            write(element, indent: indent + 2, afterKey: true)
        }
    }

    private static func scalar(_ value: YAML) -> String {
        switch value {
        case .text(let string): YAMLText.scalar(string)
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list: "[]"
        case .table, .verbatim: "{}"
        }
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

extension [Substring] {
    /// Without the empty lines at the end.
    fileprivate var trimmingEmptyEnd: ArraySlice<Substring> {
        prefix((lastIndex { !$0.isEmpty } ?? -1) + 1)
    }
}
