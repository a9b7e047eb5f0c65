import JobModel

extension Section {
    /// A string that is not empty.
    mutating func string(_ key: String, wanted: String = "a string") -> String? {
        switch value(key) {
        case nil: return nil
        case .string(let text)?:
            guard !text.isEmpty else {
                complain(key, "\"\(key)\" is empty")
                return nil
            }
            return text
        case let other?:
            complainOfType(key, wanted: wanted, found: other)
            return nil
        }
    }

    mutating func flag(_ key: String) -> Bool? {
        switch value(key) {
        case nil: return nil
        case .flag(let flag)?: return flag
        case let other?:
            complainOfType(key, wanted: "true or false", found: other)
            return nil
        }
    }

    mutating func wholeNumber(_ key: String, in range: ClosedRange<Int>) -> Int? {
        let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        switch value(key) {
        case nil: return nil
        case .integer(let number)? where range.contains(number): return number
        case let other?:
            complainOfType(key, wanted: wanted, found: other)
            return nil
        }
    }

    /// More than 0, at most 1.
    mutating func fraction(_ key: String) -> Double? {
        switch value(key) {
        case nil: return nil
        case .number(let number)? where number > 0 && number <= 1: return number
        case .integer(1)?: return 1
        case let other?:
            complainOfType(key, wanted: "a number above 0, at most 1", found: other)
            return nil
        }
    }

    mutating func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        let wanted = "a duration such as \"90s\", \"15m\", \"12h\" or \"30d\""
        switch value(key) {
        case nil: return nil
        case .string(let text)?:
            guard let duration = DurationText.duration(text) else {
                complain(key, "\"\(key)\" takes \(wanted), not \"\(text)\"")
                return nil
            }
            guard range.contains(duration) else {
                let limits = "\(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
                complain(key, "\"\(key)\" takes \(limits), not \(text)")
                return nil
            }
            return duration
        case let other?:
            complainOfType(key, wanted: wanted, found: other)
            return nil
        }
    }

    /// Bytes in each second.
    mutating func byteRate(_ key: String, in range: ClosedRange<Int>) -> Int? {
        let wanted = "bytes a second such as \"50MB\" or \"64MiB\""
        switch value(key) {
        case nil: return nil
        case .string(let text)?:
            guard let rate = ByteCountText.bytes(text) else {
                complain(key, "\"\(key)\" takes \(wanted), not \"\(text)\"")
                return nil
            }
            guard range.contains(rate) else {
                let limits = [range.lowerBound, range.upperBound].map(Quantities.bytes)
                complain(key, "\"\(key)\" takes \(limits[0]) to \(limits[1]), not \(text)")
                return nil
            }
            return rate
        case let other?:
            complainOfType(key, wanted: wanted, found: other)
            return nil
        }
    }

    /// One of a few words.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue)
        guard let text = string(key, wanted: "one of \(Self.listed(words))") else { return nil }
        guard let choice = Choice(rawValue: text) else {
            complain(key, notAChoice(key, text, among: words))
            return nil
        }
        return choice
    }

    func notAChoice(_ key: String, _ text: String, among words: [String]) -> String {
        "\"\(key)\" takes \(Self.listed(words)), not \"\(text)\"" + NearestName.suggestion(for: text, among: words)
    }

    /// Strings, none empty; nil where one of them cannot be used.
    mutating func strings(_ key: String) -> [String]? {
        switch value(key) {
        case nil: return nil
        case .array(let values)?:
            var texts: [String] = []
            for (index, value) in values.enumerated() {
                if case .string(let text) = value, !text.isEmpty {
                    texts.append(text)
                } else {
                    let found = value == .string("") ? "an empty one" : value.kind
                    complain(element: index, of: key, "\"\(key)\" takes strings, found \(found)")
                }
            }
            return texts.count == values.count ? texts : nil
        case let other?:
            complainOfType(key, wanted: "an array of strings, [\"…\"]", found: other)
            return nil
        }
    }

    /// A string, or an array of them.
    mutating func stringOrStrings(_ key: String) -> [String]? {
        if case .string? = value(key) { return string(key).map { [$0] } }
        return strings(key)
    }

    /// A table inside this one, which the caller reads and gives back by ``absorb(_:)``.
    mutating func table(_ key: String) -> Section? {
        switch value(key) {
        case nil: return nil
        case .table(let members)?: return Section(path: path + [key], members: members)
        case let other?:
            complainOfType(key, wanted: "a table, { … }", found: other)
            return nil
        }
    }

    /// Tables inside this one, which the caller reads and gives back by ``absorb(_:)``; none where the key is absent.
    mutating func tables(_ key: String) -> [Section] {
        switch value(key) {
        case nil: return []
        case .array(let values)?:
            return values.enumerated().compactMap { index, value in
                if case .table(let members) = value {
                    return Section(path: path + [key, String(index)], members: members)
                }
                complain(element: index, of: key, "\"\(key)\" takes tables, found \(value.kind)")
                return nil
            }
        case let other?:
            complainOfType(key, wanted: "an array of tables, [{ … }]", found: other)
            return []
        }
    }

    /// A day, as a date of TOML or as a string.
    mutating func day(_ key: String) -> CivilDate? {
        let wanted = "a day such as 2027-01-31"
        switch value(key) {
        case nil: return nil
        case .day(let day)?: return day
        case .string(let text)?:
            guard let day = CivilDate(parsing: text) else {
                complain(key, "\"\(key)\" takes \(wanted), not \"\(text)\"")
                return nil
            }
            return day
        case let other?:
            complainOfType(key, wanted: wanted, found: other)
            return nil
        }
    }

    /// Complains where more than one of `keys` is there.
    mutating func allowOne(of keys: [String]) {
        let present = keys.filter(has)
        guard present.count > 1 else { return }
        complain(present[1], "\(Self.quoted(present)) exclude each other: keep one of them")
    }

    /// `a, b or c`
    static func listed(_ words: [String], by conjunction: String = "or") -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }

    static func quoted(_ keys: [String]) -> String {
        listed(keys.map { "\"\($0)\"" }, by: "and")
    }
}
