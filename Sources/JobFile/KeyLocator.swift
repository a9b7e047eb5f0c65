/// Finds where each key of a TOML document stands.
///
/// The document has been parsed already, so it is well formed; this only walks over it: headers, keys, and values as
/// far as needed to skip them. Source: TOML 1.0.0.
struct KeyLocator {
    /// `["jobs", "nightly", "stores", "0"]` to its place; elements of arrays by their index.
    private(set) var positions: [[String]: Position] = [:]
    /// Where a string holds a zero character, which C would take for its end.
    private(set) var zeroCharacters: [Position] = []

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var lineStart = 0
    private var counts: [[String]: Int] = [:]

    init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { (index, lineStart) = (3, 3) }
        var table: [String] = []
        while skipBlank(newlines: true) {
            if bytes[index] == UInt8(ascii: "[") { table = header() } else { keyValue(in: table) }
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

    /// Columns count characters, not bytes.
    private var here: Position {
        let before = bytes[min(lineStart, index)..<min(index, bytes.count)]
        return Position(line: line, column: before.count { $0 & 0xC0 != 0x80 } + 1)
    }

    private mutating func note(_ path: [String], _ position: Position) {
        if positions[path] == nil { positions[path] = position }
    }

    private mutating func header() -> [String] {
        let start = here
        let isArray = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "[")
        index += isArray ? 2 : 1
        var path = resolved(keyPath())
        index += isArray ? 2 : 1
        if isArray {
            let number = counts[path, default: -1] + 1
            counts[path] = number
            if number == 0 { note(path, start) }
            path.append(String(number))
        }
        for length in 1...max(1, path.count) where length <= path.count { note(Array(path.prefix(length)), start) }
        return path
    }

    /// A header names the last element of each array of tables on its way.
    private func resolved(_ keys: [String]) -> [String] {
        var path: [String] = []
        for (position, key) in keys.enumerated() {
            path.append(key)
            if position < keys.count - 1, let number = counts[path] { path.append(String(number)) }
        }
        return path
    }

    private mutating func advance() {
        guard index < bytes.count else { return }
        if bytes[index] == 10 {
            line += 1
            lineStart = index + 1
        }
        index += 1
    }

    /// False at the end of the text.
    @discardableResult
    private mutating func skipBlank(newlines: Bool) -> Bool {
        while index < bytes.count {
            switch bytes[index] {
            case 9, 32: index += 1
            case 10, 13:
                guard newlines else { return true }
                advance()
            case UInt8(ascii: "#"): while index < bytes.count, bytes[index] != 10 { index += 1 }
            default: return true
            }
        }
        return false
    }

    private mutating func keyPath() -> [String] {
        var keys: [String] = []
        while true {
            skipBlank(newlines: false)
            guard let key = key() else { return keys }
            keys.append(key)
            skipBlank(newlines: false)
            guard index < bytes.count, bytes[index] == UInt8(ascii: ".") else { return keys }
            index += 1
        }
    }

    /// Bare or in quotes; escapes are left as they are, so a key that needs them is found by the table around it.
    private mutating func key() -> String? {
        guard index < bytes.count else { return nil }
        let start = index
        if bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "'") {
            string()
            return String(decoding: bytes[start + 1..<max(start + 1, index - 1)], as: UTF8.self)
        }
        while index < bytes.count, Self.isBare(bytes[index]) { index += 1 }
        return index == start ? nil : String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || (48...57).contains(byte)
            || (65...90).contains(byte & 0xDF)
    }

    private mutating func keyValue(in table: [String]) {
        let start = here
        let keys = keyPath()
        for length in 0..<keys.count { note(table + keys[...length], start) }
        while index < bytes.count, bytes[index] != UInt8(ascii: "="), bytes[index] != 10 { index += 1 }
        advance()
        value(table + keys)
    }

    private mutating func value(_ path: [String]) {
        skipBlank(newlines: false)
        guard index < bytes.count else { return }
        switch bytes[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): string()
        case UInt8(ascii: "["): array(path)
        case UInt8(ascii: "{"): inlineTable(path)
        default:
            let ends: [UInt8] = [10, 13] + Array(",]}#".utf8)
            while index < bytes.count, !ends.contains(bytes[index]) { index += 1 }
        }
    }

    private mutating func array(_ path: [String]) {
        index += 1
        var number = 0
        while skipBlank(newlines: true), bytes[index] != UInt8(ascii: "]") {
            if bytes[index] == UInt8(ascii: ",") {
                index += 1
                continue
            }
            let before = index
            note(path + [String(number)], here)
            value(path + [String(number)])
            number += 1
            if index == before { index += 1 }
        }
        index = min(index + 1, bytes.count)
    }

    private mutating func inlineTable(_ path: [String]) {
        index += 1
        while skipBlank(newlines: true), bytes[index] != UInt8(ascii: "}") {
            if bytes[index] == UInt8(ascii: ",") { index += 1 } else { keyValue(in: path) }
        }
        index = min(index + 1, bytes.count)
    }

    private mutating func string() {
        let quote = bytes[index]
        let isBasic = quote == UInt8(ascii: "\"")
        let isLong = isTripled(quote)
        index += isLong ? 3 : 1
        while index < bytes.count {
            if isBasic, bytes[index] == UInt8(ascii: "\\") {
                escape()
            } else if bytes[index] == quote, !isLong || isTripled(quote) {
                index += isLong ? 3 : 1
                if isLong { while index < bytes.count, bytes[index] == quote { index += 1 } }
                return
            } else {
                advance()
            }
        }
    }

    private mutating func escape() {
        let rest = bytes[index...]
        if rest.starts(with: Array("\\u0000".utf8)) || rest.starts(with: Array("\\U00000000".utf8)) {
            zeroCharacters.append(here)
        }
        advance()
        advance()
    }

    private func isTripled(_ quote: UInt8) -> Bool {
        index + 2 < bytes.count && bytes[index + 1] == quote && bytes[index + 2] == quote
    }
}
