import JobModel

extension TOMLCursor {
    /// A truth value, number, date or time.
    mutating func scalar() throws(SyntaxFault) -> Value {
        let start = self
        var word = take(while: Self.isWordByte)
        // A date and its time may have a blank between them.
        if word.count == 10, next == 32, index + 1 < bytes.count, (48...57).contains(bytes[index + 1]),
            word.contains(UInt8(ascii: "-")), word.first.map({ (48...57).contains($0) }) == true
        {
            advance()
            _ = take(while: Self.isWordByte)
            word = bytes[word.startIndex..<index]
        }
        guard let value = Self.value(of: String(decoding: word, as: UTF8.self)) else {
            throw start.fault("this is no value; strings stand in quotes")
        }
        return value
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || "_+-.:".utf8.contains(byte)
    }

    private static func value(of word: String) -> Value? {
        switch word {
        case "true": return .flag(true)
        case "false": return .flag(false)
        case "inf", "+inf": return .number(.infinity)
        case "-inf": return .number(-.infinity)
        case "nan", "+nan", "-nan": return .number(.nan)
        default: return integer(word) ?? number(word) ?? day(word) ?? time(word)
        }
    }

    /// Underscores stand between digits only.
    private static func integer(_ word: String) -> Value? {
        let digits = word.replacing("_", with: "")
        if word.wholeMatch(of: /[+-]?(0|[1-9](_?[0-9])*)/) != nil { return Int(digits).map { .integer($0) } }
        let radixes = [(/0x[0-9A-Fa-f](_?[0-9A-Fa-f])*/, 16), (/0o[0-7](_?[0-7])*/, 8), (/0b[01](_?[01])*/, 2)]
        for (form, radix) in radixes where word.wholeMatch(of: form) != nil {
            return Int(digits.dropFirst(2), radix: radix).map { .integer($0) }
        }
        return nil
    }

    private static func number(_ word: String) -> Value? {
        let form = /[+-]?(0|[1-9](_?[0-9])*)(\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?/
        guard word.contains(where: { ".eE".contains($0) }), word.wholeMatch(of: form) != nil else { return nil }
        return Double(word.replacing("_", with: "")).map { .number($0) }
    }

    private static func day(_ word: String) -> Value? { CivilDate(parsing: word).map { .day($0) } }

    /// By its form only, because no key takes one.
    private static func time(_ word: String) -> Value? {
        let day = /[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?/
        let time = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?/
        return word.wholeMatch(of: day) != nil || word.wholeMatch(of: time) != nil ? .date : nil
    }
}
