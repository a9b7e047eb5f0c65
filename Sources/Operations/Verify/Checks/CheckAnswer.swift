import JobModel
import Postgres

/// What a check's query gave, held to what was expected. Pure: where the server has to compare, it says so.
struct CheckAnswer: Sendable, Equatable {
    /// The types whose bounds the server compares, by their object identifiers in every server.
    enum ServerType: UInt32, Sendable {
        case date = 1082
        case time = 1083
        case timestamp = 1114
        case timestampWithTimeZone = 1184
        case interval = 1186

        /// As SQL writes it.
        var sql: ServerText {
            switch self {
            case .date: "pg_catalog.date"
            case .time: "pg_catalog.time"
            case .timestamp: "pg_catalog.timestamp"
            case .timestampWithTimeZone: "pg_catalog.timestamptz"
            case .interval: "pg_catalog.interval"
            }
        }
    }

    enum Judgement: Sendable, Equatable {
        /// With what was found.
        case passed(String)
        case failed(String)
        /// The server must compare the value with the bounds, in a type of its own.
        case between(value: ServerText, ServerType, atLeast: ServerText?, atMost: ServerText?)
    }

    private static let booleanType: UInt32 = 16

    let value: ServerText
    private let isBoolean: Bool
    private let serverType: ServerType?

    /// For people: at most 200 letters, on one line.
    var text: String {
        if isBoolean { return value == "t" ? "true" : "false" }
        return Self.shown(value.text)
    }

    static func shown(_ text: String) -> String {
        let line = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ")
        if line.isEmpty { return "\"\"" }
        return line.count > 200 ? line.prefix(200) + "…" : line
    }

    /// Holds a result to `expectation`: one row with one column that is not null, and then its value.
    static func judge(_ result: ResultTable, _ expectation: ContentCheck.Expectation) -> Judgement {
        let columns = result.columns.count
        guard columns == 1 else { return .failed("\(columns) columns in place of one") }
        guard let row = result.rows.first else { return .failed("no row") }
        guard result.rows.count == 1 else { return .failed("more than one row") }
        guard let value = row.first else { return .failed("NULL") }
        let type = result.columnTypes.first ?? 0
        let answer = CheckAnswer(
            value: value, isBoolean: type == booleanType, serverType: ServerType(rawValue: type))
        return answer.judged(by: expectation)
    }

    private func judged(by expectation: ContentCheck.Expectation) -> Judgement {
        switch expectation {
        case .isTrue: equals(.flag(true))
        case .equals(let literal): equals(literal)
        case .within(let least, let most): within(least, most)
        }
    }

    // MARK: - Equality

    private func equals(_ literal: ContentCheck.Literal) -> Judgement {
        switch literal {
        case .flag(let flag):
            guard isBoolean else { return .failed("\(text), which is neither true nor false") }
            return verdict((value == "t") == flag)
        case .number(let number):
            guard let found = ExactDecimal(value.text) else { return .failed("\(text), which is no number") }
            return verdict(found == number)
        case .text(let wanted):
            return verdict(value == ServerText(wanted) || isBoolean && text == wanted)
        }
    }

    private func verdict(_ holds: Bool) -> Judgement { holds ? .passed(text) : .failed(text) }

    // MARK: - Bounds

    private func within(_ least: ContentCheck.Literal?, _ most: ContentCheck.Literal?) -> Judgement {
        if let serverType {
            return .between(value: value, serverType, atLeast: least?.sqlText, atMost: most?.sqlText)
        }
        guard let found = ExactDecimal(value.text) else {
            return .failed("\(text), which is no number and no time, so that no bound can be held against it")
        }
        for case .text(let bound)? in [least, most] {
            return .failed("\(text), a number, to which the bound \"\(bound)\" cannot be compared")
        }
        if case .number(let bound)? = least, found < bound { return .failed(text) }
        if case .number(let bound)? = most, found > bound { return .failed(text) }
        return .passed(text)
    }
}

extension ContentCheck.Literal {
    /// As a server reads it.
    fileprivate var sqlText: ServerText {
        switch self {
        case .text(let text): ServerText(text)
        case .number(let number): ServerText(number.text)
        case .flag(let flag): ServerText(flag ? "true" : "false")
        }
    }
}
