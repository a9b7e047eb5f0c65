package import JobModel

/// A job with what the scheduler has to know of it beyond the job file's words.
package struct ScheduledJob: Sendable {
    package let job: Job
    /// The job file that it stands in.
    package let configuration: Configuration
    /// Nil where nothing but a command or another job starts it.
    package let schedule: Schedule?
    /// The PostgreSQL server that it works on, as host and port: runs on one server share a limit.
    package let server: String?
    /// Paused by an order, not by the job file.
    var isHeld = false

    package init(job: Job, in configuration: Configuration, schedule: Schedule?, server: String?) {
        self.job = job
        self.configuration = configuration
        self.schedule = schedule
        self.server = server
    }

    /// What is promised for the job: the schedule's own words, or the name of the job that it follows.
    var promisedText: String? {
        if case .after(let other) = job.trigger { return "after \(other)" }
        return schedule?.text
    }
}

extension Job {
    /// Whether this job says that the other must not run beside it.
    func excludes(_ other: Job) -> Bool {
        conflicts.contains { conflict in
            switch conflict {
            case .job(let name): name == other.name
            case .kind(let kind): kind == other.kind.name && name != other.name
            }
        }
    }
}
