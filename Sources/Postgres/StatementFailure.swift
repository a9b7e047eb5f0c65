/// What a server says about a statement that it refused. Source: PostgreSQL manual, 34.3 "PQresultErrorField".
package struct StatementFailure: Hashable, Sendable, CustomStringConvertible {
    package var sqlState: SQLState
    /// The server's primary message.
    package var message: String
    /// May hold values of rows: not part of ``description``.
    package var detail: String?
    package var hint: String?
    /// May hold values of rows: not part of ``description``.
    package var context: String?
    /// The beginning of the statement, without literals.
    package var statement: String

    package init(
        sqlState: SQLState, message: String, detail: String? = nil, hint: String? = nil, context: String? = nil,
        statement: String
    ) {
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.context = context
        self.statement = statement
    }

    package var description: String { "\(message) (SQLSTATE \(sqlState), in: \(statement))" }

    /// The beginning of `sql` up to the first literal, at most 80 characters, on one line.
    package static func summary(of sql: String) -> String {
        let head = sql.prefix { $0 != "'" && $0 != "$" }
        let words = head.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let isWhole = head.endIndex == sql.endIndex && words.count <= 80
        return isWhole ? words : words.prefix(80) + "…"
    }
}
