import JobModel

/// A job that is started, and those that follow its success, one after the other: what one pod runs.
struct JobChain: Equatable {
    let first: Job
    /// In the order in which `dbops run --chain` runs them.
    let followers: [Job]

    var jobs: [Job] { [first] + followers }

    /// One for each job that follows no other one, in the order of the job file.
    static func all(of configuration: Configuration) -> [JobChain] {
        configuration.jobs.compactMap { job in
            if case .after = job.trigger { return nil }
            return JobChain(first: job, followers: configuration.followers(of: job.name))
        }
    }
}
