/// What a job of kind `sql` does: runs statements.
package struct SQLJob: Sendable, Equatable {
    /// Where the statements stand.
    package enum Source: Sendable, Equatable {
        case text(String)
        /// The path of a file, read when the job runs.
        case file(String)
    }

    /// What is committed when.
    package enum Mode: String, Sendable, CaseIterable {
        /// All statements, or none.
        case transaction
        /// Each statement by itself, for what cannot run in a transaction: VACUUM, CREATE INDEX CONCURRENTLY.
        case autocommit
        /// One statement again and again, each time in a transaction of its own, until it touches no row.
        case batches
    }

    /// What happens where the server is a standby.
    package enum OnStandby: String, Sendable, CaseIterable {
        /// The run is skipped.
        case skip
        case run
    }

    package var database: String
    package var source: Source
    package var mode = Mode.transaction
    /// The server refuses to write. Default: false.
    package var isReadOnly = false
    package var onStandby = OnStandby.skip
    /// A statement that runs longer is ended; zero is no limit. Default: no limit.
    package var statementTimeout = Duration.zero
    /// A statement that waits longer for a lock is ended; zero is no limit. Default: 10 s.
    package var lockTimeout = Duration.seconds(10)
    package var expectation = SQLExpectation()
    package var batches = SQLBatchSettings()

    package init(database: String, source: Source) {
        self.database = database
        self.source = source
    }
}

/// What must hold for a run to have succeeded.
package struct SQLExpectation: Sendable, Equatable {
    /// The last statement, or all batches together, touch or return at least so many rows. Default: any number.
    package var minRows: Int?
    /// And at most so many. Default: any number.
    package var maxRows: Int?
    /// A query that must give true. Default: none.
    package var check: String?

    package init() {}
}

/// How a job goes on from one batch to the next.
package struct SQLBatchSettings: Sendable, Equatable {
    /// The rest between two batches. Default: as long as the batch took, up to a minute.
    package var pause: Duration?
    /// A run ends, in part, after so many. Default: 10,000.
    package var limit = 10_000
    /// How long the run waits at most, at a stretch, while the server has it hard. Default: 10 minutes.
    package var maxPause: Duration = .seconds(600)

    package init() {}
}
