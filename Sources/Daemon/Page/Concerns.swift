import JobModel
import Operations

/// What somebody should know first, worst first. Pure.
struct Concern: Equatable {
    enum Weight: String {
        /// Backups are not made, or not proven, or could not be restored in time.
        case bad
        /// They may soon be.
        case warn
        /// Somebody did this, and may have forgotten it.
        case note

        fileprivate var rank: Int {
            switch self {
            case .bad: 0
            case .warn: 1
            case .note: 2
            }
        }

        var word: String {
            switch self {
            case .bad: "Failure"
            case .warn: "Warning"
            case .note: "Note"
            }
        }
    }

    let weight: Weight
    /// `nightly`, `store offsite`
    let subject: String
    let text: String

    static func all(of board: StatusBoard) -> [Concern] {
        let found = ofDaemon(board) + ofServers(board) + board.jobs.flatMap { ofJob($0, now: board.now) }
        return found.enumerated().sorted { ($0.element.weight.rank, $0.offset) < ($1.element.weight.rank, $1.offset) }
            .map(\.element)
    }

    private static func ofDaemon(_ board: StatusBoard) -> [Concern] {
        var found: [Concern] = []
        if let reason = board.clockTrouble {
            found.append(
                Concern(weight: .bad, subject: "clock", text: "It cannot be right, so nothing is started: \(reason)."))
        }
        if let reason = board.historyTrouble {
            found.append(Concern(weight: .bad, subject: "history", text: "It cannot be used: \(reason)."))
        }
        if let reason = board.jobFileRefusal {
            found.append(
                Concern(
                    weight: .warn, subject: "job file",
                    text: "The newest was refused, the old one is in force: \(CalendarStrip.firstLine(of: reason))"))
        }
        if board.isDraining { found.append(Concern(weight: .note, subject: "daemon", text: "It is stopping.")) }
        return found
    }

    private static func ofServers(_ board: StatusBoard) -> [Concern] {
        board.databases.filter { $0.isUp == false }.map {
            Concern(
                weight: .bad, subject: "database \($0.name)", text: "Not reached: \($0.trouble ?? "no reason given").")
        }
            + board.stores.filter { $0.isUp == false }.map {
                Concern(
                    weight: .bad, subject: "store \($0.name)", text: "Not reached: \($0.trouble ?? "no reason given").")
            }
    }

    private static func ofJob(_ job: JobStatus, now: CivilTime) -> [Concern] {
        var found: [Concern] = []
        func add(_ weight: Weight, _ text: String) {
            found.append(Concern(weight: weight, subject: job.name, text: text))
        }
        // What an advise job has found is told below, and in the findings.
        if job.isFailing, job.kind != "advise" || job.findings.isEmpty, let run = job.lastEnded {
            let why = run.message.map { ": \(CalendarStrip.firstLine(of: $0))" } ?? ""
            let when = run.endedAt.map { " \(Ages.relative($0, to: now))" } ?? ""
            add(run.outcome == .failed ? .bad : .warn, "Last run \(run.outcome?.rawValue ?? "ended")\(when)\(why)")
        }
        if job.recent.first?.outcome == .missed, let run = job.recent.first {
            let why = run.message.map { ": \($0)" } ?? ""
            add(.warn, "Missed its firing of \(Ages.clock(run.instant, now: now)) UTC\(why).")
        }
        if let proof = job.newestProof, let budget = job.timeBudgetInSeconds, proof.restoreSeconds > Double(budget) {
            add(
                .bad,
                "A restore took \(Quantities.seconds(proof.restoreSeconds)), longer than the "
                    + "\(Ages.text(budget)) that can be accepted.")
        }
        if let backups = job.backups, backups.isEmpty { add(.warn, "No backup in its stores yet.") }
        let critical = job.findings.count { $0.severity == .critical }
        if critical > 0 { add(.bad, "\(Ages.count(critical, "critical finding")).") }
        if job.isPaused { add(.note, job.isHeld ? "Paused by an order." : "Paused by the job file.") }
        return found
    }
}
