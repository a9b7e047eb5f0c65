/// A TOML document: its values, and where each key stands.
///
/// Source: TOML 1.0.0. Stricter in one point: there are no zero characters. Dates are held to their form only.
struct TOMLDocument {
    private(set) var members: [String: Value] = [:]
    /// `["jobs", "nightly", "stores", "0"]` to its place; elements of arrays by their number.
    private var positions: [[String]: Position] = [:]
    private var definitions: [[String]: Definition] = [:]
    private var cursor: TOMLCursor

    /// How a name came to be, which decides what may still be added to it.
    private enum Definition {
        /// By the header of a table in it.
        case implied
        /// By its own header.
        case header
        /// By a dotted key.
        case dotted
        /// A value, closed for ever.
        case value
        case tables(count: Int)
    }

    /// No file of ours nests deeper.
    private static let deepest = 64

    /// Throws at the first slip of the grammar, because nothing after it can be told.
    init(parsing text: String) throws(SyntaxFault) {
        cursor = TOMLCursor(text)
        var table: [String] = []
        try cursor.skipLines()
        while cursor.next != nil {
            if cursor.next == UInt8(ascii: "[") {
                table = try header()
            } else {
                let (path, value) = try keyValue(in: table, depth: 0)
                members.put(value, at: path[...])
            }
            try cursor.endLine()
            try cursor.skipLines()
        }
    }

    /// The place of `path`, or of the nearest table around it.
    func position(of path: [String]) -> Position {
        var path = path
        while !path.isEmpty {
            if let position = positions[path] { return position }
            path.removeLast()
        }
        return Position(line: 1, column: 1)
    }

    private mutating func note(_ path: [String], _ position: Position) {
        if positions[path] == nil { positions[path] = position }
    }

    private func place(of path: [String]) -> String {
        positions[path].map { ", in line \($0.line)" } ?? ""
    }

    // MARK: - Headers

    /// Reads `[a.b]` or `[[a.b]]`; returns the path of the table that begins.
    private mutating func header() throws(SyntaxFault) -> [String] {
        let start = cursor
        let isElement = cursor.take("[[")
        if !isElement { cursor.advance() }
        let keys = try keyPath()
        guard isElement ? cursor.take("]]") : cursor.take("]") else {
            throw cursor.fault("a header ends with \(isElement ? "]]" : "]")")
        }
        var path: [String] = []
        for key in keys.dropLast() {
            path.append(key)
            note(path, start.position)
            switch definitions[path] {
            case nil: definitions[path] = .implied
            case .implied?, .header?, .dotted?: break
            case .tables(let count)?: path.append(String(count - 1))
            case .value?: throw start.fault("this table is inside of what is a value already")
            }
        }
        path.append(keys[keys.count - 1])
        note(path, start.position)
        try isElement ? beginElement(&path, start) : beginTable(path, start)
        note(path, start.position)
        return path
    }

    private mutating func beginTable(_ path: [String], _ start: TOMLCursor) throws(SyntaxFault) {
        switch definitions[path] {
        case nil: members.put(.table([:]), at: path[...])
        case .implied?: break
        case .header?, .dotted?, .value?, .tables?:
            throw start.fault("this table is there already\(place(of: path))")
        }
        definitions[path] = .header
    }

    private mutating func beginElement(_ path: inout [String], _ start: TOMLCursor) throws(SyntaxFault) {
        var number = 0
        switch definitions[path] {
        case nil: members.put(.array([]), at: path[...])
        case .tables(let count)?: number = count
        case .implied?, .header?, .dotted?, .value?: throw start.fault("this name is taken by something else")
        }
        definitions[path] = .tables(count: number + 1)
        path.append(String(number))
        definitions[path] = .header
        members.put(.table([:]), at: path[...])
    }

    // MARK: - Keys and values

    private mutating func keyPath() throws(SyntaxFault) -> [String] {
        var keys: [String] = []
        repeat {
            cursor.skipBlanks()
            keys.append(try key())
            cursor.skipBlanks()
        } while cursor.take(".")
        return keys
    }

    private mutating func key() throws(SyntaxFault) -> String {
        if let text = try cursor.shortString() { return text }
        let name = cursor.take { byte in
            (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "-")
        }
        guard !name.isEmpty else { throw cursor.fault("a key is missing here (letters, digits, _ and -)") }
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func keyValue(
        in table: [String], depth: Int
    ) throws(SyntaxFault) -> (path: [String], value: Value) {
        let start = cursor
        let keys = try keyPath()
        var path = table
        for key in keys.dropLast() {
            path.append(key)
            note(path, start.position)
            switch definitions[path] {
            case nil: definitions[path] = .dotted
            case .dotted?: break
            case .implied?, .header?, .value?, .tables?: throw start.fault("this key is inside of what is closed")
            }
        }
        path.append(keys[keys.count - 1])
        guard definitions[path] == nil else {
            throw start.fault("this key is there already\(place(of: path))")
        }
        definitions[path] = .value
        note(path, start.position)
        guard cursor.take("=") else { throw cursor.fault("a = is missing here") }
        cursor.skipBlanks()
        return (path, try value(at: path, depth: depth))
    }

    private mutating func value(at path: [String], depth: Int) throws(SyntaxFault) -> Value {
        guard depth < Self.deepest else { throw cursor.fault("this is nested too deep") }
        switch cursor.next {
        case nil: throw cursor.fault("a value is missing here")
        case UInt8(ascii: "[")?: return try array(at: path, depth: depth + 1)
        case UInt8(ascii: "{")?: return try inlineTable(at: path, depth: depth + 1)
        default:
            if let text = try cursor.string() { return .string(text) }
            return try cursor.scalar()
        }
    }

    private mutating func array(at path: [String], depth: Int) throws(SyntaxFault) -> Value {
        let start = cursor
        cursor.advance()
        var elements: [Value] = []
        try cursor.skipLines()
        while !cursor.take("]") {
            guard cursor.next != nil else { throw start.fault("this array has no end") }
            let place = path + [String(elements.count)]
            note(place, cursor.position)
            elements.append(try value(at: place, depth: depth))
            try cursor.skipLines()
            let hasComma = cursor.take(",")
            try cursor.skipLines()
            guard hasComma || cursor.next == UInt8(ascii: "]") else {
                throw cursor.next == nil
                    ? start.fault("this array has no end") : cursor.fault("a comma is missing here")
            }
        }
        return .array(elements)
    }

    private mutating func inlineTable(at path: [String], depth: Int) throws(SyntaxFault) -> Value {
        cursor.advance()
        var members: [String: Value] = [:]
        cursor.skipBlanks()
        guard !cursor.take("}") else { return .table(members) }
        repeat {
            cursor.skipBlanks()
            let (place, value) = try keyValue(in: path, depth: depth)
            members.put(value, at: place[path.count...])
            cursor.skipBlanks()
        } while cursor.take(",")
        guard cursor.take("}") else { throw cursor.fault("a table in braces ends with } on its line") }
        return .table(members)
    }
}
