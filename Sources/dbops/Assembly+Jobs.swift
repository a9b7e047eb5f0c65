import Daemon
import Foundation
import JobModel
import Logging
import Operations
import Postgres
import RunHistory

/// What it takes to run jobs: the history, the runner, and who this process is.
extension Assembly {
    var identity: ProcessIdentity { ProcessIdentity.current(host: ProcessInfo.processInfo.hostName) }

    /// The history that the job file names, opened at first use, and again after each failure.
    func diary(_ settings: DaemonSettings, logger: Logger) -> RunDiary {
        RunDiary(logger: logger) { try await history(settings.state, logger: logger) }
    }

    /// Opens the history for writing, and makes it where there is none.
    func history(_ place: DaemonSettings.State, logger: Logger? = nil) async throws -> any RunLedger {
        switch place {
        case .directory(let path):
            let opened = try await RunCatalog.open(directory: path, now: CivilTime(Date()))
            if let warning = opened.warning {
                (logger ?? self.logger(.warning))
                    .warning("The history was begun anew", metadata: ["reason": "\(warning)"])
            }
            return opened.catalog
        case .postgres(let url, let password):
            return PostgresLedger(try targets.connection(url, password: password), for: .keeping)
        }
    }

    /// Makes attempts at jobs of all kinds.
    func work(toolsIn directory: String?, memory: any JobMemory) -> JobWork {
        JobWork(targets: targets, zones: zones, memory: memory) { run, reporter in
            context(run, toolsIn: directory, reporter: reporter)
        }
    }

    /// What a run of a job would do, with what the history, where there is one, remembers of earlier ones.
    func preview(of job: Job, in configuration: Configuration, toolsIn directory: String?) async throws -> JobPreview {
        let memory = RunDiary(logger: Logger(label: "dbops") { _ in SwiftLogNoOpLogHandler() }) {
            try await historyForReading(configuration.daemon.state)
        }
        defer { progress.finish() }
        let preview = try await work(toolsIn: directory, memory: memory)
            .preview(job, in: configuration, as: newRunID(), reporter: progress)
        await memory.close()
        return preview
    }

    /// Runs jobs, and tells `reporter` what the runs' logs are told.
    func runner(
        _ diary: RunDiary, _ outbox: NoticeOutbox, reporter: any ProgressReporter, logger: Logger,
        toolsIn directory: String?
    ) -> JobRunner {
        let work = work(toolsIn: directory, memory: diary)
        return JobRunner(diary: diary, clock: SystemWallClock(), reporter: reporter, logger: logger) {
            try await work.attempt($0, in: $1, as: $2, reporter: $3)
        } notify: { job, configuration, run, result in
            await tell(outbox, diary, job, configuration, run, result)
        }
    }

    /// The jobs as the scheduler wants them.
    func scheduledJobs(_ configuration: Configuration) throws -> [ScheduledJob] {
        // Jobs of one zone share its rules, which are large.
        var rules: [String: ZoneRules] = [:]
        return try configuration.jobs.map { job in
            let zone = try rules[job.timezone] ?? zones.rules(named: job.timezone)
            rules[job.timezone] = zone
            let schedule = Schedule(job: job.name, trigger: job.trigger, zone: zone, spread: job.spread)
            return ScheduledJob(job: job, in: configuration, schedule: schedule, server: server(of: job, configuration))
        }
    }

    /// Nil for what works on no server, or on one that cannot be told: the run will say so.
    private func server(of job: Job, _ configuration: Configuration) -> String? {
        guard let database = job.kind.database.flatMap(configuration.database) else { return nil }
        let url: String
        if case .backup = job.kind { url = database.readURL ?? database.url } else { url = database.url }
        return (try? ConnectionInfo(parsing: url))?.serverText
    }
}
