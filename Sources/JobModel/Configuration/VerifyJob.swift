/// What a job of kind `verify` does.
package struct VerifyJob: Sendable, Equatable {
    package enum Choice: String, Sendable, CaseIterable {
        case newest
        case random
        case oldestUnverified = "oldest-unverified"
    }

    /// The backup job whose backups are proven.
    package var of: String
    package var which = Choice.newest
    /// Of a backup job of several databases: those that are proven. Default: all.
    package var databases = DatabaseSelection.all
    /// How many of them one run proves; those first whose turn was longest ago. Default: all.
    package var mostDatabases: Int?
    /// The store to read from. Default: the backup job's primary one.
    package var store: String?
    /// Sessions that load and compare at the same time. Default: 4.
    package var jobs = 4
    /// What must hold in the restored database. Default: nothing beyond what every verification compares.
    package var checks: [ContentCheck] = []
    /// Reads all heap and all indexes of the restored database by pg_amcheck. Default: false.
    package var runsAmcheck = false
    /// How long a restore may take. Default: any time.
    package var timeBudget: Duration?

    package init(of job: String) {
        of = job
    }
}
