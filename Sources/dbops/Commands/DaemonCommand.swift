import ArgumentParser
import Daemon
import JobFile
import JobModel
import Logging
import Operations

/// `dbops daemon`
struct DaemonCommand: AsyncParsableCommand, AnswersSignalsItself {
    static let configuration = CommandConfiguration(
        commandName: "daemon", abstract: "Run the job file's jobs for ever.",
        discussion: """
            Every scheduled instant gets one record in the history: see dbops runs. SIGHUP, or
            dbops reload, takes a new job file over without losing a run; a bad one is refused
            and the old one stays. SIGTERM starts nothing more, waits for what runs (at most
            shutdown_grace), then cancels it and cleans up.

            A status page, metrics and an API are served at listen of [daemon], by default at
            http://127.0.0.1:8432/.

            EXAMPLES
              dbops daemon
              dbops daemon --config /etc/dbops/dbops.toml
            """)

    @Option(
        help: ArgumentHelp(
            "Where pg_dump, pg_restore and the server programs are. Default: the usual places of each major.",
            valueName: "directory"))
    var pgBin: String?

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global, isDaemon: true)
        try await assembly.reportingFailure {
            let loader = assembly.jobFile(jobFile)
            let loaded = try loader.load()
            let logger = assembly.logger(.notice)
            warn(of: loaded, logger)
            let settings = loaded.configuration.daemon
            let lock = try Self.lock(settings)
            let diary = assembly.diary(settings, logger: logger)
            let outbox = try assembly.outbox(logger: logger)
            let runner = assembly.runner(diary, outbox, reporter: SilentReporter(), logger: logger, toolsIn: pgBin)
            let jobs = try assembly.scheduledJobs(loaded.configuration)
            let inForce = JobFileInForce(loaded.configuration)
            let (live, news) = (LiveProgress(), JobFileNews())
            let scheduler = assembly.scheduler(
                settings, diary: diary, outbox: outbox, runner: runner, live: live, logger: logger)
            let services = DaemonServices(
                scheduler: scheduler, jobs: jobs,
                staleness: assembly.staleness(inForce, diary: diary, outbox: outbox),
                site: try assembly.site(
                    of: scheduler, diary: diary, jobFile: inForce, live: live, news, logger: logger),
                manager: ServiceManager(environment: assembly.environment, logger: logger), logger: logger, news: news
            ) {
                let loaded = try loader.load()
                let jobs = try assembly.scheduledJobs(loaded.configuration)
                warn(of: loaded, logger)
                if !loaded.configuration.daemon.isServed(as: settings) {
                    logger.warning("The job file serves the status page otherwise: it takes effect with the next start")
                }
                if loaded.configuration.daemon.state != settings.state {
                    logger.warning("The job file names another state: it takes effect with the next start")
                }
                inForce.replace(by: loaded.configuration)
                return (loaded.configuration.daemon, jobs)
            }
            logger.notice(
                "The daemon runs",
                metadata: ["jobs": "\(jobs.count)", "job.file": "\(loaded.path)", "version": "\(Version.text)"])
            try await outbox.delivering { try await services.run() }
            await diary.close(patience: .seconds(10))
            withExtendedLifetime(lock) {}
            logger.notice("The daemon has stopped")
        }
    }

    /// One daemon at a time uses a state directory. Those that share a database claim each instant there.
    private static func lock(_ settings: DaemonSettings) throws -> DaemonLock? {
        guard case .directory(let path) = settings.state else { return nil }
        return try DaemonLock(directory: path)
    }

    private func warn(of loaded: JobFileLoader.Loaded, _ logger: Logger) {
        for warning in loaded.file.warnings {
            logger.warning("The job file has a doubtful line", metadata: ["line": "\(warning.text(in: loaded.path))"])
        }
    }
}

extension DaemonSettings {
    /// Whether the status page is where it is with `other`, for the same people.
    fileprivate func isServed(as other: DaemonSettings) -> Bool {
        listen == other.listen && token == other.token && isReadOnly == other.isReadOnly
    }
}
