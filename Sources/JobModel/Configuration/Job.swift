/// A table `[jobs.NAME]`: what is done, when, and what happens when it cannot be done then.
package struct Job: Sendable, Equatable {
    package var name: String
    package var kind: JobKind
    /// Default: none, the job runs by hand only.
    package var trigger = JobTrigger.none
    /// The IANA name of the zone of the schedule. Default: the daemon's.
    package var timezone = "UTC"
    package var misfire: MisfirePolicy
    package var overlap = OverlapPolicy.skip
    /// A run that takes longer is cancelled, cleaned up, and has failed. Default: none.
    package var timeout: Duration?
    package var retries = RetrySettings()
    /// Firings are moved by an offset of at most this, always the same for this job. Default: none.
    package var spread: Duration = .zero
    /// A run that cannot begin within this after its scheduled instant is skipped. Default: none.
    package var window: Duration?
    package var conflicts: [JobConflict] = []
    /// A paused job's firings are recorded as skipped. Default: false.
    package var isPaused = false
    /// Names of notifiers.
    package var notify: [String] = []
    /// For a backup job: an alert where its newest good backup is older than this. For a verify job: where the newest
    /// backup that was proven is. Default: none; for proofs that of the backup job.
    package var alertAfter: Duration?

    package init(name: String, kind: JobKind) {
        self.name = name
        self.kind = kind
        misfire = MisfirePolicy()
    }
}

/// What a job must not run beside.
package enum JobConflict: Sendable, Hashable {
    case job(String)
    /// All jobs of a kind: `kind:backup`.
    case kind(String)
}
