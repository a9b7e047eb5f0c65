/// What a job of kind `clean` does: deletes the old rows of a table, in short transactions.
package struct CleanJob: Sendable, Equatable {
    package var database: String
    /// As SQL writes it, with its schema.
    package var table: String
    /// The column that holds a row's age.
    package var column: String
    /// Rows whose ``column`` is older than this go.
    package var olderThan: Duration
    /// What else must hold for a row to go. Default: nothing.
    package var condition: String?
    /// A first run that would delete more of the table than this fraction is refused. Default: 0.3.
    package var maxFraction = 0.3

    package init(database: String, table: String, column: String, olderThan: Duration) {
        self.database = database
        self.table = table
        self.column = column
        self.olderThan = olderThan
    }
}
