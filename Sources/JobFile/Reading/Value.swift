import TOMLKit

/// A value of a TOML document. TOMLKit's own point into memory that belongs to the parser, so they are copied at once.
indirect enum Value: Equatable, Sendable {
    case string(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
    /// A date, a time or both: no key takes one.
    case date
    case array([Value])
    case table([String: Value])

    /// What it is, for complaints; never what it holds, which may be a secret.
    var kind: String {
        switch self {
        case .string: "a string"
        case .integer(let value): "the whole number \(value)"
        case .number(let value): "the number \(value)"
        case .flag(let value): "\(value)"
        case .date: "a date or time"
        case .array: "an array"
        case .table: "a table"
        }
    }

    /// Reads a TOML document; throws TOMLKit's `TOMLParseError` where its grammar is hurt.
    static func document(_ text: String) throws -> [String: Value] {
        members(of: try TOMLTable(string: text))
    }

    private static func members(of table: TOMLTable) -> [String: Value] {
        var members: [String: Value] = [:]
        for key in table.keys { members[key] = table[key].flatMap(Value.init) }
        return members
    }

    /// Nil for nothing that TOML has.
    private init?(_ node: any TOMLValueConvertible) {
        switch node.type {
        case .string: self = .string(node.string ?? "")
        case .int: self = .integer(node.int ?? 0)
        case .double: self = .number(node.double ?? 0)
        case .bool: self = .flag(node.bool ?? false)
        case .date, .time, .dateTime: self = .date
        case .array:
            guard let array = node.array else { return nil }
            self = .array((0..<array.count).compactMap { Value(array[$0]) })
        case .table:
            guard let table = node.table else { return nil }
            self = .table(Self.members(of: table))
        }
    }
}
