/// What a job of kind `sql` does: runs statements.
package struct SQLJob: Sendable, Equatable {
    /// Where the statements stand.
    package enum Source: Sendable, Equatable {
        case text(String)
        /// The path of a file, read when the job runs.
        case file(String)
    }

    package var database: String
    package var source: Source

    package init(database: String, source: Source) {
        self.database = database
        self.source = source
    }
}
