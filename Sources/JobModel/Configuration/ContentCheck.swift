/// Something that must hold in a restored database, in its owner's own words.
package struct ContentCheck: Sendable, Equatable {
    package enum Question: Sendable, Equatable {
        /// A query of one row and one column.
        case query(sql: String, Expectation)
        case freshness(Freshness)
    }

    /// What a query must give.
    package enum Expectation: Sendable, Equatable {
        case isTrue
        case equals(Literal)
        /// Both bounds belong to it; at least one is there.
        case within(atLeast: Literal?, atMost: Literal?)
    }

    /// A value as the job file writes it.
    package enum Literal: Sendable, Equatable {
        case text(String)
        case number(ExactDecimal)
        case flag(Bool)
    }

    /// The newest row of a table must have been young when the backup took its snapshot.
    package struct Freshness: Sendable, Equatable {
        /// As SQL writes it.
        package var table: String
        package var column: String
        package var maxAge: Duration
        /// The IANA zone of a column that has none. Default: unknown.
        package var columnTimezone: String?

        package init(table: String, column: String, maxAge: Duration, columnTimezone: String? = nil) {
            self.table = table
            self.column = column
            self.maxAge = maxAge
            self.columnTimezone = columnTimezone
        }
    }

    /// What reports call it.
    package var name: String
    package var question: Question
    /// A query that runs longer is ended. Default: 10 min, since a restored database has no statistics yet.
    package var timeout = ContentCheck.defaultTimeout

    package static let defaultTimeout = Duration.seconds(600)

    package init(name: String, question: Question) {
        self.name = name
        self.question = question
    }

    /// The checks that verifications make by themselves, whose names no other one may have.
    package static let takenNames: Set<String> = [
        "objects", "table of contents", "globals", "restore", "rows", "large objects", "inventory", "sequences",
        "indexes and constraints", "amcheck", "time budget",
    ]

    /// Why a check cannot be called so; nil for a good name.
    package static func complaint(aboutName name: String) -> String? {
        if takenNames.contains(name) { return "every verification has a check called \"\(name)\": choose another name" }
        let isPlain = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        let isBlank = name.allSatisfy(\.isWhitespace)
        return isPlain && !isBlank && name.count <= 100 ? nil : "a check's name is one line of up to 100 letters"
    }
}

extension ContentCheck.Literal {
    /// For people: texts in quotes.
    package var text: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .number(let number): number.text
        case .flag(let flag): "\(flag)"
        }
    }
}

extension ContentCheck {
    /// What must hold, for people: `at least 100`.
    package var expectedText: String {
        switch question {
        case .query(_, .isTrue): "true"
        case .query(_, .equals(let literal)): literal.text
        case .query(_, .within(let least, let most)):
            [least.map { "at least \($0.text)" }, most.map { "at most \($0.text)" }].compactMap { $0 }
                .joined(separator: ", ")
        case .freshness(let freshness):
            "a row of \(freshness.table) whose \(freshness.column) is at most \(DurationText.text(freshness.maxAge)) "
                + "older than the backup's snapshot"
        }
    }
}
