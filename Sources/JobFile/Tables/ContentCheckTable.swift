import JobModel

/// One table of `checks = [ { … } ]` of a job of kind `verify`.
struct ContentCheckTable {
    let surroundings: JobFileSurroundings

    private static let keysOfQueries = ["equals", "at_least", "at_most"]
    private static let keysOfFreshness = ["table", "column", "max_age"]

    func read(_ section: inout Section) -> ContentCheck? {
        let name = name(&section)
        let query = query(&section)
        let freshness = freshness(&section)
        let timeout = section.duration("timeout", in: .seconds(1) ... .days(7))
        checkKind(&section)
        section.finish()
        guard let name, let question = query ?? freshness else { return nil }
        var check = ContentCheck(name: name, question: question)
        check.timeout = timeout ?? check.timeout
        return check
    }

    private func name(_ section: inout Section) -> String? {
        if !section.has("name") { section.complain("a check needs \"name\": what reports call it") }
        guard let name = section.string("name") else { return nil }
        if let complaint = ContentCheck.complaint(aboutName: name) { section.complain("name", complaint) }
        return name
    }

    /// A check is either of a query or of a table's age.
    private func checkKind(_ section: inout Section) {
        let ofFreshness = (Self.keysOfFreshness + ["column_timezone"]).filter(section.has)
        if section.has("sql") {
            if let key = ofFreshness.first {
                section.complain(key, "\"sql\" and \"\(key)\" exclude each other: a check has one question")
            }
            return
        }
        for key in Self.keysOfQueries where section.has(key) {
            section.complain(key, "\"\(key)\" goes with \"sql\"")
        }
        if ofFreshness.isEmpty {
            section.complain("a check needs \"sql\", or \"table\", \"column\" and \"max_age\"")
        } else {
            for key in Self.keysOfFreshness where !section.has(key) {
                section.complain("a check of a table's age needs \"\(key)\"")
            }
        }
    }

    // MARK: - Queries

    private func query(_ section: inout Section) -> ContentCheck.Question? {
        let sql = section.string("sql", wanted: "a query of one row and one column")
        let expectation = expectation(&section)
        guard let sql else { return nil }
        if sql.allSatisfy(\.isWhitespace) {
            section.complain("sql", "\"sql\" is empty")
        } else if let complaint = surroundings.queryComplaint(sql) {
            section.complain("sql", "\"sql\" \(complaint)")
        }
        return .query(sql: sql, expectation)
    }

    private func expectation(_ section: inout Section) -> ContentCheck.Expectation {
        let equals = literal("equals", &section, takesFlags: true)
        let least = literal("at_least", &section, takesFlags: false)
        let most = literal("at_most", &section, takesFlags: false)
        if section.has("equals") {
            section.allowOne(of: ["equals", section.has("at_least") ? "at_least" : "at_most"])
        }
        if case .number(let low)? = least, case .number(let high)? = most, low > high {
            section.complain("at_least", "\"at_least\" is more than \"at_most\"")
        }
        if let equals { return .equals(equals) }
        return least == nil && most == nil ? .isTrue : .within(atLeast: least, atMost: most)
    }

    /// Bounds that are written as texts may be numbers of more digits than the file's own numbers hold.
    private func literal(_ key: String, _ section: inout Section, takesFlags: Bool) -> ContentCheck.Literal? {
        switch section.value(key) {
        case nil: return nil
        case .integer(let number)?: return ExactDecimal("\(number)").map { .number($0) }
        case .number(let number)? where number.isFinite: return ExactDecimal("\(number)").map { .number($0) }
        case .flag(let flag)? where takesFlags: return .flag(flag)
        case .day(let day)?: return .text(day.text)
        case .string(let text)? where takesFlags: return .text(text)
        case .string(let text)? where !text.isEmpty:
            return ExactDecimal(text).map { .number($0) } ?? .text(text)
        case let other?:
            let wanted =
                takesFlags
                ? "a text, a number, true or false" : "a number, or a text such as \"2 days\" or \"2026-01-31\""
            section.complainOfType(key, wanted: wanted, found: other)
            return nil
        }
    }

    // MARK: - Freshness

    private func freshness(_ section: inout Section) -> ContentCheck.Question? {
        let table = section.string("table", wanted: "the name of a table, \"schema.table\"")
        let column = section.string("column", wanted: "the name of a column")
        let age = section.duration("max_age", in: .seconds(1) ... .days(36_600))
        let zone = section.timeZone("column_timezone", surroundings)
        guard let table, let column, let age else { return nil }
        return .freshness(.init(table: table, column: column, maxAge: age, columnTimezone: zone))
    }
}
