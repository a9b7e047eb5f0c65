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
        Wildcards(text.map { $0 == "*" ? .any : .character($0) })
            .matches(text.contains(".") ? "\(schema).\(table)" : table)
    }
}
