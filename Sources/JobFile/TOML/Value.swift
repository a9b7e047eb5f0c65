import JobModel

/// A value of a TOML document.
indirect enum Value: Equatable, Sendable {
    case string(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
    /// A day of the calendar.
    case day(CivilDate)
    /// A time, with or without a date: no key takes one.
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
        case .day(let day): "the day \(day.text)"
        case .date: "a date or time"
        case .array: "an array"
        case .table: "a table"
        }
    }
}

extension [String: Value] {
    /// Puts a value at a path, and makes tables on the way; in arrays of tables the number of the element counts.
    mutating func put(_ value: Value, at path: ArraySlice<String>) {
        guard let key = path.first else { return }
        let rest = path.dropFirst()
        guard !rest.isEmpty else {
            self[key] = value
            return
        }
        // Taken out, so that it is changed in place.
        switch removeValue(forKey: key) {
        case .array(var elements)?:
            guard let number = rest.first.flatMap(Int.init) else { return }
            var element: [String: Value] = [:]
            if elements.indices.contains(number), case .table(let members) = elements.remove(at: number) {
                element = members
            }
            if rest.count == 1, case .table(let members) = value { element = members }
            element.put(value, at: rest.dropFirst())
            elements.insert(.table(element), at: Swift.min(number, elements.count))
            self[key] = .array(elements)
        case .table(var members)?:
            members.put(value, at: rest)
            self[key] = .table(members)
        default:
            var members: [String: Value] = [:]
            members.put(value, at: rest)
            self[key] = .table(members)
        }
    }
}
