/// Reads one field of a cron expression: `item,item,…` with item = (`*` | n | n`-`m)[`/`k].
struct CronFieldParser {
    /// What a field says.
    struct Value: Equatable {
        /// Bit n is set where the field matches n; Sunday is bit 0.
        var bits: UInt64 = 0
        /// The text starts with `*`. Vixie's rule goes by the text, not by what it comes to.
        let startsWithStar: Bool
        var warnings: [String] = []
    }

    let expression: String
    let field: CronField
    let text: Substring

    func parse() throws(CronError) -> Value {
        var value = Value(startsWithStar: text.hasPrefix("*"))
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !item.isEmpty else {
                throw error("has an empty item", hint: "Remove the comma that has nothing beside it.")
            }
            try add(item, to: &value)
        }
        return value
    }

    private func add(_ item: Substring, to value: inout Value) throws(CronError) {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let step = parts.count == 2 ? try step(parts[1], of: item) : nil
        let range = try range(parts[0], hasStep: step != nil, of: item)
        for number in stride(from: range.lowerBound, through: range.upperBound, by: step ?? 1) {
            value.bits |= 1 << UInt64(field == .dayOfWeek && number == 7 ? 0 : number)
        }
        if let step, let warning = CronStepLint(field: field, item: item, range: range, step: step).warning {
            value.warnings.append(warning)
        }
    }

    private func step(_ text: Substring, of item: Substring) throws(CronError) -> Int {
        guard let step = Self.number(text) else {
            throw error(
                "has \"\(item)\", whose step \"\(text)\" is not a number",
                hint: "A step is a number from 1 on, such as */15.")
        }
        guard step > 0 else {
            throw error("has \"\(item)\", whose step is 0", hint: "A step is a number from 1 on, such as */15.")
        }
        return step
    }

    private func range(_ text: Substring, hasStep: Bool, of item: Substring) throws(CronError) -> ClosedRange<Int> {
        if text == "*" { return field.all }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try number(ends[0], of: item)
        if ends.count == 2 { return try range(from: first, to: try number(ends[1], of: item), of: item) }
        guard hasStep else { return first...first }
        guard first <= field.all.upperBound else {
            throw error(
                "has \"\(item)\", which would count on from the last day", hint: "Sunday as the first day is 0.")
        }
        return first...field.all.upperBound
    }

    private func range(from first: Int, to last: Int, of item: Substring) throws(CronError) -> ClosedRange<Int> {
        // A week that ends on Sunday: 5-0 and fri-sun are 5-7.
        let last = field == .dayOfWeek && last == 0 && first > 0 ? 7 : last
        guard first <= last else {
            let upper = field.all.upperBound
            let lower = field.all.lowerBound
            throw error(
                "has \"\(item)\", a range that runs backwards",
                hint: "Write it as two: \(Self.range(first, upper)),\(Self.range(lower, last)).")
        }
        return first...last
    }

    private static func range(_ first: Int, _ last: Int) -> String { first == last ? "\(first)" : "\(first)-\(last)" }

    private func number(_ text: Substring, of item: Substring) throws(CronError) -> Int {
        if let value = field.value(named: text) { return value }
        guard let number = Self.number(text) else {
            throw error("has \"\(item)\", which is not understood", hint: ForeignCronSyntax(field, item).advice)
        }
        guard field.allowed.contains(number) else {
            throw error("has \(number), which is out of range", hint: "It takes \(allowedText).")
        }
        return number
    }

    /// Up to four ASCII digits.
    private static func number(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private var allowedText: String { Self.range(field.allowed.lowerBound, field.allowed.upperBound) }

    private func error(_ problem: String, hint: String) -> CronError {
        CronError(expression, field: field, problem, hint: hint)
    }
}
