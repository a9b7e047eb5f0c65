/// Remembers what ran and how it ended, and sees to it that an instant starts at most once.
///
/// All methods throw a ``UserFacingError`` where the history cannot be read or written; what that means is the
/// caller's to decide, for a history is a diary: losing it never loses a backup.
package protocol RunLedger: Sendable {
    /// What was promised for each job: up to where its instants are accounted for.
    func promises() async throws -> [SchedulePromise]

    /// Notes what is promised from now on; each replaces its job's earlier promise. All or nothing.
    func record(_ promises: [SchedulePromise]) async throws

    /// Forgets the promises of jobs that are no more.
    func removePromises(of jobs: [String]) async throws

    /// Records runs that ended without having started (skipped, missed). An instant that has a record already is left
    /// as it is. All or nothing.
    func record(_ runs: [Run]) async throws

    /// Records that these runs start now, durably, all or nothing; returns those whose instant had no record yet.
    /// Of the others somebody else has, or had, the instant. Runs by hand have no instant and are always claimed. A
    /// run that has its instant already and no outcome is among those returned, so that a caller whose connection broke
    /// may claim again.
    func claim(_ runs: [Run]) async throws -> Set<RunID>

    /// Records a run's later state; one that has an outcome is changed no more, except that a run which others have called
    /// interrupted, because its process seemed gone, may say itself how it ended. A run that has no record (the history
    /// was lost meanwhile) gets one, unless another has its instant.
    func update(_ run: Run) async throws

    /// Adds lines to a run's log, within ``RunTextLimits``. Lines of a run that has no record are dropped.
    func append(_ lines: [RunLogLine], to run: RunID) async throws

    /// Runs that were started and have no outcome, on any host.
    func unfinished() async throws -> [Run]

    /// Runs that match, newest ``Run/instant`` first; of one instant the last recorded first.
    func runs(_ query: RunQuery) async throws -> [Run]

    /// The log of a run, oldest line first.
    func log(of run: RunID) async throws -> [RunLogLine]

    /// Forgets what ended before `instant`, with its log, but never a job's newest run of each outcome; and hosts that
    /// have not said since that they live.
    func forget(endedBefore instant: CivilTime) async throws

    /// Takes back the records of runs that never started and were due after `instant`: the clock was set back, and
    /// they are not due yet.
    func withdraw(dueAfter instant: CivilTime) async throws

    /// Says that the daemon of `host` lives at `instant`: its unfinished runs are not those of a dead one.
    func beat(host: String, at instant: CivilTime) async throws

    /// When each host last said that it lives.
    func beats() async throws -> [String: CivilTime]

    /// What was last remembered by this name; nil where nothing was.
    func memory(named name: String) async throws -> String?

    /// Remembers a text, of at most some MiB, in place of what was remembered by this name before; nil forgets it.
    func remember(_ text: String?, as name: String) async throws

    /// Ends connections and closes files; nothing is asked of it afterwards.
    func close() async
}

/// What was promised for a job: that every instant of this schedule after ``since`` gets a record.
package struct SchedulePromise: Sendable, Codable, Equatable {
    package let job: String
    /// The schedule as the job file writes it, with its zone and offset: another text is another promise.
    package let schedule: String
    /// Where the accounts of this promise begin.
    package var since: CivilTime
    /// Every instant up to this one, itself included, has a record.
    package var accountedThrough: CivilTime

    package init(job: String, schedule: String, since: CivilTime, accountedThrough: CivilTime) {
        self.job = job
        self.schedule = schedule
        self.since = since
        self.accountedThrough = accountedThrough
    }
}

/// One line of a run's log.
package struct RunLogLine: Sendable, Codable, Equatable {
    package let at: CivilTime
    /// `info`, `warning`, `error`.
    package let level: String
    package let text: String

    package init(at instant: CivilTime, level: String, text: String) {
        at = instant
        self.level = level
        self.text = text
    }
}

/// Which runs are wanted.
package struct RunQuery: Sendable, Equatable {
    package var job: String?
    package var outcomes: Set<RunOutcome> = []
    /// Only those whose ``Run/instant`` is this or a later one.
    package var since: CivilTime?
    /// Only those whose ``Run/instant`` is before this.
    package var until: CivilTime?
    /// Only runs whose id begins with this.
    package var idPrefix: String?
    /// At most this many. Default: 50.
    package var limit = 50
    /// Leaves out ``Run/plan`` and ``Run/report``, which may be large. Default: false.
    package var omitsTexts = false

    package init() {}
}
