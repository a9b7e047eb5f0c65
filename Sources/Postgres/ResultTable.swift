package import JobModel

/// The rows that a query returned.
package struct ResultTable: Sendable {
    package let columns: [String]
    /// The types' object identifiers, as many as there are columns; those of built-in types are the same on every server.
    package let columnTypes: [UInt32]
    package let rows: [Row]
    /// What was done, as the server says it: `UPDATE 5`, `CREATE TABLE`.
    package let commandTag: String
    /// Rows that the statement touched or returned; nil for statements that have none, such as `CREATE TABLE`.
    package let affectedRows: Int?

    /// One row; columns are read by name. What has another form than asked for throws
    /// ``PostgresError/unexpectedResult``.
    package struct Row: Sendable {
        fileprivate let columnIndexes: [String: Int]
        fileprivate let values: [ServerText?]
    }

    /// `rows` have as many values as there are `columns`; of two columns with one name the first counts.
    package init(
        columns: [String], columnTypes: [UInt32] = [], rows: [[ServerText?]], commandTag: String = "",
        affectedRows: Int? = nil
    ) {
        self.columns = columns
        self.columnTypes = columnTypes
        self.commandTag = commandTag
        self.affectedRows = affectedRows
        let indexes = Dictionary(zip(columns, columns.indices)) { first, _ in first }
        self.rows = rows.map { Row(columnIndexes: indexes, values: $0) }
    }

    /// The only row; throws where there is another number of them.
    package func onlyRow() throws(PostgresError) -> Row {
        guard rows.count == 1 else { throw .unexpectedResult("\(rows.count) rows in place of one") }
        return rows[0]
    }
}

extension ResultTable.Row {
    /// The value in the first column; nil for SQL's NULL, and where there is no column.
    package var first: ServerText? { values.first ?? nil }

    /// Nil for SQL's NULL.
    package func optionalText(_ column: String) throws(PostgresError) -> ServerText? {
        guard let index = columnIndexes[column] else { throw .unexpectedResult("no column \"\(column)\"") }
        return values[index]
    }

    package func text(_ column: String) throws(PostgresError) -> ServerText {
        guard let value = try optionalText(column) else { throw .unexpectedResult("column \"\(column)\" is null") }
        return value
    }

    /// Text that is UTF-8: names of settings, versions and the like.
    package func string(_ column: String) throws(PostgresError) -> String {
        guard let string = try text(column).validText else {
            throw .unexpectedResult("column \"\(column)\" is not UTF-8")
        }
        return string
    }

    package func optionalString(_ column: String) throws(PostgresError) -> String? {
        try optionalText(column) == nil ? nil : string(column)
    }

    package func int64(_ column: String) throws(PostgresError) -> Int64 {
        try number(column, as: "an integer", Int64.init)
    }

    package func optionalInt64(_ column: String) throws(PostgresError) -> Int64? {
        try optionalText(column) == nil ? nil : int64(column)
    }

    package func int(_ column: String) throws(PostgresError) -> Int {
        try number(column, as: "an integer", Int.init)
    }

    package func oid(_ column: String) throws(PostgresError) -> UInt32 {
        try number(column, as: "an object identifier", UInt32.init)
    }

    package func optionalOID(_ column: String) throws(PostgresError) -> UInt32? {
        try optionalText(column) == nil ? nil : oid(column)
    }

    package func double(_ column: String) throws(PostgresError) -> Double {
        try number(column, as: "a number", Double.init)
    }

    package func optionalDouble(_ column: String) throws(PostgresError) -> Double? {
        try optionalText(column) == nil ? nil : double(column)
    }

    package func bool(_ column: String) throws(PostgresError) -> Bool {
        try number(column, as: "a truth value") { $0 == "t" ? true : $0 == "f" ? false : nil }
    }

    private func number<Value>(
        _ column: String, as kind: String, _ read: (String) -> Value?
    ) throws(PostgresError) -> Value {
        guard let value = read(try string(column)) else {
            throw .unexpectedResult("column \"\(column)\" is not \(kind)")
        }
        return value
    }
}
