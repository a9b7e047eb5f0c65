package import JobModel

/// Makes the history believe the clock of now, after a clock that was wrong has put a future on record: what never
/// started there is taken back, and every job's accounts go on from now.
///
/// Runs that were started keep their record, whatever it is dated: their instants do not start again.
package struct ClockAcceptance: Sendable {
    /// What lies ahead of the clock.
    package struct Findings: Sendable, Equatable, Encodable {
        package let now: CivilTime
        /// The last instant that is accounted for; nil where there are no accounts.
        package let latest: CivilTime?
        /// Those whose accounts lie ahead of the clock.
        package let jobs: [String]
        /// Records of instants ahead of the clock at which nothing was started.
        package let recordsTakenBack: Int
        /// Runs that were started for instants ahead of the clock.
        package let runsKept: Int

        package var isEmpty: Bool { jobs.isEmpty && recordsTakenBack == 0 }
    }

    /// What the record of an acceptance stands under: no job can be called so.
    package static let subject = "(clock)"

    private let ledger: any RunLedger
    private let now: CivilTime

    package init(ledger: any RunLedger, now: CivilTime) {
        self.ledger = ledger
        self.now = now
    }

    /// Changes nothing.
    package func look() async throws -> Findings {
        let promises = try await ledger.promises()
        var query = RunQuery()
        (query.since, query.limit, query.omitsTexts) = (now, .max, true)
        let ahead = try await ledger.runs(query).filter { run in run.scheduledAt.map { $0 > now } ?? false }
        let started = ahead.count { $0.startedAt != nil }
        return Findings(
            now: now, latest: promises.map(\.accountedThrough).max(),
            jobs: promises.filter { $0.accountedThrough > now }.map(\.job).sorted(),
            recordsTakenBack: ahead.count - started, runsKept: started)
    }

    /// Does it, and puts it on record as `run` by `host`: also where nothing lies ahead, because a daemon may remember
    /// a later time than the history does. Where it breaks off it can be done again.
    package func accept(as run: RunID, host: String) async throws -> Findings {
        let findings = try await look()
        try await ledger.withdraw(dueAfter: now)
        try await ledger.record(
            try await ledger.promises().filter { $0.accountedThrough > now || $0.since > now }.map { promise in
                SchedulePromise(
                    job: promise.job, schedule: promise.schedule, since: min(promise.since, now),
                    accountedThrough: min(promise.accountedThrough, now))
            })
        // Last: a daemon goes on as soon as it sees this.
        try await ledger.update(record(of: findings, as: run, host: host))
        return findings
    }

    /// All acceptances that are on record; nil where the history does not answer.
    package static func onRecord(in diary: RunDiary) async -> [Run]? {
        var query = RunQuery()
        (query.job, query.limit, query.omitsTexts) = (subject, .max, true)
        return await diary.runs(query)
    }

    private func record(of findings: Findings, as run: RunID, host: String) -> Run {
        Run(
            id: run, job: Self.subject, kind: "accept-clock", trigger: .manual, scheduledAt: nil, outcome: .succeeded,
            message: findings.sentence, startedAt: now, endedAt: now, host: host)
    }
}

extension ClockAcceptance.Findings {
    /// For people.
    package var sentence: String {
        "the clock was accepted at \(now.text); the accounts of \(jobs.count) jobs reached to \(latest?.text ?? "nowhere"), "
            + "\(recordsTakenBack) records of instants that have not come were taken back, \(runsKept) runs were kept"
    }
}
