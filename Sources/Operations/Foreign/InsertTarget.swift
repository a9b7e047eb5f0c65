import JobModel

/// The table of an INSERT of pg_dump's.
enum InsertTarget {
    /// Quoted as SQL; nil where the statement is another.
    static func of(_ statement: ServerText) -> ServerText? {
        let prefix = Array("INSERT INTO ".utf8)
        guard statement.bytes.starts(with: prefix) else { return nil }
        var isQuoted = false
        let name = statement.bytes.dropFirst(prefix.count).prefix { byte in
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            return isQuoted || byte != UInt8(ascii: " ") && byte != UInt8(ascii: "(") && byte != UInt8(ascii: "\n")
        }
        return name.isEmpty ? nil : ServerText(bytes: name)
    }
}
