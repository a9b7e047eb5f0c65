package import JobModel
package import Logging
package import Postgres

/// What every operation needs and none decides: who it is, where it may put small files, how it tells.
package struct OperationContext: Sendable {
    package let runID: RunID
    package let clock: any WallClock
    package let tools: ClientTools
    package let reporter: any ProgressReporter
    package let logger: Logger
    /// The version of dbops, written into manifests.
    package let version: String
    /// The name of this host, written into heartbeats.
    package let hostName: String
    /// Where private folders for tables of contents, password files and throw-away clusters are made.
    package let temporaryDirectory: String

    package init(
        runID: RunID, clock: any WallClock, tools: ClientTools, reporter: any ProgressReporter, logger: Logger,
        version: String, hostName: String, temporaryDirectory: String
    ) {
        self.runID = runID
        self.clock = clock
        self.tools = tools
        self.reporter = reporter
        self.logger = logger
        self.version = version
        self.hostName = hostName
        self.temporaryDirectory = temporaryDirectory
    }

    /// `dbops` and the run, as PostgreSQL's `application_name`.
    var applicationName: String { "dbops \(runID)" }
}
