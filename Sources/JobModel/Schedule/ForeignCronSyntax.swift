/// Spellings of other schedulers, about which no two agree, and what to write in their place.
struct ForeignCronSyntax {
    let field: CronField
    let item: String

    init(_ field: CronField, _ item: Substring) {
        self.field = field
        self.item = item.lowercased()
    }

    /// A sentence.
    var advice: String {
        if item.contains("?") { return "Write * where any value will do." }
        if item.contains("#") { return "The n-th weekday of a month has no spelling in five fields." }
        if item.contains("~") || item == "h" || item.hasPrefix("h/") || item.hasPrefix("h(") {
            return "Write a plain number, and spread = \"30m\" in the job, which moves it by a fixed offset."
        }
        if let name = abbreviation { return "Write \(name)." }
        if let advice = lastDayAdvice { return advice }
        if item.hasPrefix("+") { return "Leave out the +." }
        return "It takes \(field.allowed.lowerBound)-\(field.allowed.upperBound)\(namesText), *, ranges such as a-b, "
            + "steps such as */n, and lists of these with commas."
    }

    /// The name that a longer spelling, such as `monday`, begins with.
    private var abbreviation: String? {
        guard item.count > 3, item.allSatisfy(\.isLetter) else { return nil }
        return field.names.first { item.hasPrefix($0) }
    }

    private var lastDayAdvice: String? {
        guard field == .dayOfMonth || field == .dayOfWeek else { return nil }
        if item == "$" || item == "lw" || item.hasPrefix("l") || item.hasSuffix("l") {
            return "The last day has no spelling in five fields; the first day of the next month, 1, is close to it."
        }
        return item.hasSuffix("w") ? "The nearest working day has no spelling in five fields." : nil
    }

    private var namesText: String {
        guard let first = field.names.first, let last = field.names.last else { return "" }
        return ", \(first)-\(last)"
    }
}
