/// Which databases of a server a job works on: by name, or by patterns in which `*` stands for any characters, none
/// among them. Bytes are taken as they are, as the server takes them: there is no quoting, no folding of case, and two
/// ways to write an é are two names.
package struct DatabaseSelection: Sendable, Equatable {
    /// Every database.
    package static let all = DatabaseSelection(["*"])

    package let included: [String]
    package let excluded: [String]

    package init(_ included: [String], excluding excluded: [String] = []) {
        self.included = included
        self.excluded = excluded
    }

    package func selects(_ database: String) -> Bool { selects(ServerText(database)) }

    package func selects(_ database: ServerText) -> Bool {
        func isMatched(by patterns: [String]) -> Bool {
            patterns.contains { Wildcards(bytes: $0.utf8).matches(bytes: database.bytes) }
        }
        return isMatched(by: included) && !isMatched(by: excluded)
    }

    /// Those that are named without a wildcard, and so have to be there.
    package var required: [ServerText] {
        var seen: Set<ServerText> = []
        return included.filter { Wildcards(bytes: $0.utf8).isExact }.map { ServerText($0) }
            .filter { selects($0) && seen.insert($0).inserted }
    }

    /// `"*" without "test_*"`, for messages.
    package var text: String {
        func listed(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }
        return listed(included) + (excluded.isEmpty ? "" : " without \(listed(excluded))")
    }
}
