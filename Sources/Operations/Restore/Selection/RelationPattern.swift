import JobModel
import Postgres

/// Names relations by a pattern as pg_dump takes it: letters outside of double quotes are folded to lower case, `*` is
/// any characters and `?` one, a point parts the schema from the name.
///
/// Without a schema it matches in every schema. Source: PostgreSQL manual, psql, "Patterns"; other signs of regular
/// expressions stand for themselves here.
struct RelationPattern: Sendable, Equatable {
    let text: String
    /// Nil where any schema will do.
    private let schema: Wildcards?
    private let name: Wildcards

    /// Throws ``RestoreError/badPattern`` for a quote that does not end, an empty part, and more than one point; for a
    /// point at all where `isSchema`.
    init(_ text: String, isSchema: Bool = false) throws(RestoreError) {
        let parts = try Self.parts(of: text)
        guard parts.allSatisfy({ !$0.isEmpty }) else {
            throw .badPattern(text, reason: "a name in it is empty")
        }
        guard parts.count <= (isSchema ? 1 : 2) else {
            throw .badPattern(
                text,
                reason: isSchema
                    ? "it has a point, as a schema's name has only in double quotes"
                    : "it has more than one point, as a name has only in double quotes")
        }
        self.text = text
        schema = parts.count == 2 ? Wildcards(parts[0]) : nil
        name = Wildcards(parts.last ?? [])
    }

    /// Whether it can only name one thing in a schema.
    var isExact: Bool { schema?.isExact != false && name.isExact }
    var hasSchema: Bool { schema != nil }

    func matches(schema: ServerText, name: ServerText) -> Bool {
        if let wanted = self.schema, !wanted.matches(schema.text) { return false }
        return self.name.matches(name.text)
    }

    /// The pattern that matches nothing but this, for people to say again.
    static func text(schema: ServerText, name: ServerText) -> String {
        schema.bytes.isEmpty ? part(name) : "\(part(schema)).\(part(name))"
    }

    private static func part(_ name: ServerText) -> String {
        let isPlain = name.text.allSatisfy { character in
            character.isLetter && character.lowercased() == String(character) || character.isNumber
                || "_$".contains(character)
        }
        return isPlain && !name.bytes.isEmpty ? name.text : name.quotedAsIdentifier.text
    }

    private static func parts(of text: String) throws(RestoreError) -> [[Wildcards.Element]] {
        var parts: [[Wildcards.Element]] = [[]]
        var isQuoted = false
        var rest = Array(text)[...]
        func add(_ element: Wildcards.Element) { parts[parts.count - 1].append(element) }
        while let character = rest.popFirst() {
            switch (character, isQuoted) {
            case ("\"", true) where rest.first == "\"":
                rest.removeFirst()
                add(.character("\""))
            case ("\"", _): isQuoted.toggle()
            case (_, true): add(.character(character))
            case (".", false): parts.append([])
            case ("*", false): add(.any)
            case ("?", false): add(.one)
            default: for folded in character.lowercased() { add(.character(folded)) }
            }
        }
        guard !isQuoted else { throw .badPattern(text, reason: "a double quote in it does not end") }
        return parts
    }
}
