package import JobModel

/// Watches the age of backup jobs' newest good and newest verified backups against ``Job/alertAfter``. Says once that a
/// job has become stale, again every 24 hours, and when it is over. Pure: facts and time come from outside.
///
/// It knows nothing of an earlier life: a daemon that starts tells again of a job that is stale.
package struct StalenessWatch: Sendable {
    /// What is known of one backup job.
    package struct Facts: Sendable, Equatable {
        package var job: Job
        /// When the newest backup that succeeded, wholly or in part, began. Nil for none.
        package var newestGood: CivilTime?
        /// When the newest backup that a verification has proven began. Nil for none.
        package var newestVerified: CivilTime?
        /// The job that proves it, where that has a limit of its own for the age of the newest proof.
        package var prover: Job?
        /// Since when the job is known: counts where there never was a backup.
        package var knownSince: CivilTime

        package init(
            job: Job, newestGood: CivilTime?, newestVerified: CivilTime?, prover: Job? = nil, knownSince: CivilTime
        ) {
            self.job = job
            self.prover = prover
            self.newestGood = newestGood
            self.newestVerified = newestVerified
            self.knownSince = knownSince
        }
    }

    /// Something to tell.
    package struct Finding: Sendable, Equatable {
        package let job: Job
        /// `stale`, or `recovered` where it is over.
        package let event: NotifierSettings.Event
        package let staleness: Staleness
    }

    private struct Key: Hashable {
        let job: String
        let concern: Staleness.Concern
    }

    private static let repetitionInSeconds = 86_400
    /// A backup dated further ahead than this is no backup of now: its clock was wrong.
    private static let toleranceInSeconds = 86_400

    private var toldAt: [Key: CivilTime] = [:]

    package init() {}

    /// What is to be told now. `facts` are those of every backup job; jobs that are not among them are forgotten.
    package mutating func look(at facts: [Facts], now: CivilTime) -> [Finding] {
        let names = Set(facts.map(\.job.name))
        toldAt = toldAt.filter { names.contains($0.key.job) }
        return facts.flatMap { facts in
            Staleness.Concern.allCases.compactMap { look(at: facts, $0, now: now) }
        }
    }

    private mutating func look(at facts: Facts, _ concern: Staleness.Concern, now: CivilTime) -> Finding? {
        let key = Key(job: facts.job.name, concern: concern)
        guard let staleness = Self.staleness(facts, concern, now: now) else {
            // The job does not ask for it any more.
            toldAt[key] = nil
            return nil
        }
        let told = toldAt[key]
        if staleness.ageInSeconds <= staleness.limitInSeconds {
            toldAt[key] = nil
            return told == nil ? nil : Finding(job: facts.told(concern), event: .recovered, staleness: staleness)
        }
        if let told, now >= told, now.secondsSinceEpoch - told.secondsSinceEpoch < Self.repetitionInSeconds {
            return nil
        }
        // The clock was set back: the day counts anew, and nothing is said.
        if let told, now < told {
            toldAt[key] = now
            return nil
        }
        toldAt[key] = now
        return Finding(job: facts.told(concern), event: .stale, staleness: staleness)
    }

    /// Whether a good backup, or a proven one, is too old by these facts.
    static func isStale(_ facts: Facts, now: CivilTime) -> Bool {
        Staleness.Concern.allCases.compactMap { staleness(facts, $0, now: now) }
            .contains { $0.ageInSeconds > $0.limitInSeconds }
    }

    /// Nil where the job wants no watch.
    private static func staleness(_ facts: Facts, _ concern: Staleness.Concern, now: CivilTime) -> Staleness? {
        guard let limit = facts.limit(concern) else { return nil }
        let claimed = concern == .backup ? facts.newestGood : facts.newestVerified
        let newest = claimed.flatMap {
            $0.secondsSinceEpoch - now.secondsSinceEpoch > toleranceInSeconds ? nil : $0
        }
        let age = now.secondsSinceEpoch - (newest ?? facts.knownSince).secondsSinceEpoch
        return Staleness(
            concern: concern, newestAt: newest, knownSince: facts.knownSince,
            limitInSeconds: Int(limit.components.seconds), ageInSeconds: max(0, age))
    }
}

extension StalenessWatch.Facts {
    /// How old the newest may be; nil where nobody asks. The proving job's own limit goes before that of the backups.
    fileprivate func limit(_ concern: Staleness.Concern) -> Duration? {
        guard case .backup(let backup) = job.kind else { return nil }
        return switch concern {
        case .backup: job.alertAfter
        case .verification: prover?.alertAfter ?? (backup.requiresVerified ? job.alertAfter : nil)
        }
    }

    /// The job, to be told to those of its prover as well where the proof is the matter.
    fileprivate func told(_ concern: Staleness.Concern) -> Job {
        guard concern == .verification, let prover else { return job }
        var job = job
        job.notify += prover.notify.filter { !job.notify.contains($0) }
        return job
    }
}
