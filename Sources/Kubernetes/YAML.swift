/// A value of a YAML document. Keys keep their order.
package indirect enum YAML: Equatable, Sendable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([YAML])
    case table([Entry])
    /// Text that is YAML already.
    case verbatim(String)

    /// A key with its value.
    package struct Entry: Equatable, Sendable {
        package let key: String
        package let value: YAML
    }

    /// The value of a key; nil where this is no table, or has no such key.
    package subscript(_ key: String) -> YAML? {
        guard case .table(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// This table with those of `others` that are there, at its end.
    func adding(_ others: KeyValuePairs<String, YAML?>) -> YAML {
        guard case .table(let entries) = self else { return self }
        return .table(entries + others.compactMap { key, value in value.map { Entry(key: key, value: $0) } })
    }
}

extension YAML: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self = .text(value) }
}

extension YAML: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int) { self = .number(value) }
}

extension YAML: ExpressibleByBooleanLiteral {
    package init(booleanLiteral value: Bool) { self = .flag(value) }
}

extension YAML: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: YAML...) { self = .list(elements) }
}

extension YAML: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, YAML)...) {
        self = .table(elements.map { Entry(key: $0.0, value: $0.1) })
    }
}
