/// Names tables by `schema.table`, in which `*` stands for any characters, none among them; without a point, by a table's
/// name in any schema. Letters are taken as they are: there is no quoting and no folding of case.
package struct TablePattern: Sendable, Hashable {
    package let text: String

    /// Nil for a text that is empty.
    package init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        self.text = text
    }

    package func matches(schema: String, table: String) -> Bool {
        Self.matches(Array(text), Array(text.contains(".") ? "\(schema).\(table)" : table))
    }

    /// Goes back only to the last `*`, so that no pattern takes long.
    private static func matches(_ pattern: [Character], _ name: [Character]) -> Bool {
        var (patternIndex, nameIndex) = (0, 0)
        var retry: (pattern: Int, name: Int)?
        while nameIndex < name.count {
            if patternIndex < pattern.count, pattern[patternIndex] == "*" {
                patternIndex += 1
                retry = (patternIndex, nameIndex)
            } else if patternIndex < pattern.count, pattern[patternIndex] == name[nameIndex] {
                patternIndex += 1
                nameIndex += 1
            } else if let last = retry {
                retry = (last.pattern, last.name + 1)
                (patternIndex, nameIndex) = (last.pattern, last.name + 1)
            } else {
                return false
            }
        }
        return pattern[patternIndex...].allSatisfy { $0 == "*" }
    }
}
