package import JobModel

/// How the last runs of a job file's jobs went. Pure.
package enum RunsJudgment {
    /// `newest` are the jobs' last runs that ended; a job that never ran has none.
    package static func findings(jobs: [Job], newest: [String: Run]) -> [CheckFinding] {
        jobs.map { finding($0, newest[$0.name]) }
    }

    private static func finding(_ job: Job, _ run: Run?) -> CheckFinding {
        let subject = "job \(job.name)"
        if job.isPaused {
            return .warning(subject, "it is paused", advice: "Take paused out of the job file, if not meant.")
        }
        guard let run, let outcome = run.outcome else { return .good(subject, "it has not run yet") }
        let words = "its last run \(outcome.rawValue), \(run.instant.text)"
        guard outcome != .succeeded else { return .good(subject, words) }
        return .warning(
            subject, words + (run.message.map { ": \($0)" } ?? ""), advice: "See dbops log \(run.id).")
    }
}
