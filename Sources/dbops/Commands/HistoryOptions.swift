import ArgumentParser
import JobModel
import Operations
import Postgres
import RunHistory

/// Where the run history is.
struct HistoryOptions: ParsableArguments {
    @OptionGroup var jobFile: JobFileOption

    @Option(
        help: ArgumentHelp(
            "The state directory, or the postgresql:// URL of a shared history. Default: the job file's, else "
                + "/var/lib/dbops.",
            valueName: "place"))
    var state: String?

    /// A password in an URL would be seen by everybody who can list processes; it is taken from libpq's own sources.
    func validate() throws {
        guard let state, Self.isURL(state), let info = try? ConnectionInfo(parsing: state) else { return }
        guard info.password == nil else {
            throw ValidationError("--state must not hold a password; use PGPASSWORD, ~/.pgpass or a service file")
        }
    }

    /// The place that the options or the job file name.
    func place(_ assembly: Assembly) throws -> DaemonSettings.State {
        if let state {
            if Self.isURL(state) { return .postgres(url: state, password: nil) }
            return .directory(path: state.hasPrefix("/") ? state : "\(assembly.currentDirectory)/\(state)")
        }
        let configuration = try assembly.jobFile(jobFile).loadIfThere()?.configuration ?? Configuration()
        return configuration.daemon.state
    }

    private static func isURL(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }
}

extension Assembly {
    /// Opens the history for looking: nothing is made where there is none.
    func historyForReading(_ place: DaemonSettings.State) async throws -> any RunLedger {
        switch place {
        case .directory(let path): try await RunCatalog.openForReading(directory: path)
        case .postgres(let url, let password):
            PostgresLedger(try targets.connection(url, password: password), for: .looking)
        }
    }
}
