import Foundation
import JobModel
import Operations

/// One job in the words of the page. Pure.
struct JobCard {
    /// What would be left if everything burned down now.
    struct Recovery {
        /// How far back one would fall; nil without a proven backup.
        let lost: String?
        let lostDetail: String
        /// How long the restore takes; nil where nothing has measured it.
        let back: String?
        let backDetail: String
        /// `well`, `warn`, `bad`
        let weight: String
        let newest: String
    }

    struct Check {
        let name: String
        /// `passed`, `failed`, `skipped`
        let verdict: String
        let found: String
    }

    struct Evidence {
        let backup: String
        let when: String
        let summary: String
        let checks: [Check]
    }

    let name: String
    let place: String
    let kind: String
    let subject: String?
    let schedule: String
    /// `well`, `bad`, `warn`, `paused`, `running`, `idle`
    let state: String
    let stateWord: String
    let last: String?
    let next: String?
    let strip: CalendarStrip
    let recovery: Recovery?
    let trends: [Trend]
    let evidence: Evidence?
    let pins: String?
    let canPause: Bool
    let canResume: Bool
    /// Nil where orders are refused.
    let formToken: String?
    /// Percent-encoded, for addresses.
    let address: String

    static func place(of job: String) -> String { "job-" + encoded(job) }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-_."))) ?? ""
    }

    init(_ job: JobStatus, _ board: StatusBoard, _ formToken: String?) {
        let now = board.now
        name = job.name
        place = Self.place(of: job.name)
        address = Self.encoded(job.name)
        kind = job.kind
        subject = job.database ?? job.provenJob.map { "of \($0)" }
        schedule = job.schedule ?? "by hand"
        (state, stateWord) = Self.state(of: job)
        last = job.lastEnded.map { run in
            let took = run.seconds.map { ", took \(Quantities.seconds(Double($0)))" } ?? ""
            return "\(run.outcome?.rawValue ?? "") \(run.endedAt.map { Ages.relative($0, to: now) } ?? "")\(took)"
        }
        next =
            job.isPaused ? nil : job.next.first.map { "\(Ages.clock($0, now: now)) UTC, \(Ages.relative($0, to: now))" }
        strip = CalendarStrip(of: job, now: now)
        recovery = job.kind == "backup" ? Self.recovery(of: job, now: now) : nil
        trends = Self.trends(of: job)
        evidence = job.newestProven.flatMap { backup in backup.proof.map { Self.evidence($0, of: backup, now: now) } }
        let pinned = job.backups?.count { $0.isPinned } ?? 0
        pins = pinned > 0 ? "\(pinned) pinned" : nil
        self.formToken = formToken
        canPause = !job.isPaused
        canResume = job.isHeld && !job.isPausedByFile
    }

    private static func state(of job: JobStatus) -> (String, String) {
        if !job.running.isEmpty { return ("running", "running") }
        if job.isPaused { return ("paused", "paused") }
        if job.lastEnded?.outcome == .partial { return ("warn", "partial") }
        if job.isFailing { return ("bad", "failing") }
        if job.recent.first?.outcome == .missed { return ("warn", "missed") }
        return job.lastEnded == nil ? ("idle", "has not run") : ("well", "well")
    }

    private static func recovery(of job: JobStatus, now: CivilTime) -> Recovery {
        guard let backups = job.backups else {
            return Recovery(
                lost: nil, lostDetail: "the stores were not read yet", back: nil, backDetail: "", weight: "idle",
                newest: "")
        }
        let newest = job.newestBackup.map { words(of: $0, now: now) } ?? "no backup"
        guard let proven = job.newestProven, let proof = proven.proof else {
            return Recovery(
                lost: nil, lostDetail: "no backup is proven", back: nil,
                backDetail: "nothing has measured a restore", weight: backups.isEmpty ? "bad" : "warn", newest: newest)
        }
        let isLate = job.timeBudgetInSeconds.map { proof.restoreSeconds > Double($0) } ?? false
        let budget = job.timeBudgetInSeconds.map { " of \(Ages.text($0)) that can be accepted" } ?? ""
        return Recovery(
            lost: Ages.text(now.secondsSinceEpoch - proven.snapshotAt.secondsSinceEpoch),
            lostDetail:
                "backup of \(Ages.clock(proven.snapshotAt, now: now)) UTC, proven \(Ages.relative(proof.verifiedAt, to: now))",
            back: Quantities.seconds(proof.restoreSeconds),
            backDetail: "measured on PostgreSQL \(proof.serverVersion)\(budget)", weight: isLate ? "bad" : "well",
            newest: newest)
    }

    private static func words(of backup: BackupSummary, now: CivilTime) -> String {
        var words = "newest backup \(Ages.relative(backup.snapshotAt, to: now)), "
        words += "\(Quantities.bytes(backup.bytesStored)) stored, \(backup.proof == nil ? "not proven" : "proven")"
        if let reason = backup.keptApart { words += ", kept apart: \(reason)" }
        return words
    }

    private static func trends(of job: JobStatus) -> [Trend] {
        let sizes = (job.backups ?? []).reversed()
        var seen: Set<BackupID> = []
        let stored = sizes.filter { seen.insert($0.id).inserted }.map { Double($0.bytesStored) }
        let durations = job.recent.reversed().filter { $0.outcome == .succeeded || $0.outcome == .partial }
            .compactMap { $0.seconds.map(Double.init) }
        return [
            Trend("Size", stored) { Quantities.bytes(Int($0)) },
            Trend("Duration", durations) { Quantities.seconds($0) },
        ].compactMap { $0 }
    }

    private static func evidence(_ proof: BackupSummary.Proof, of backup: BackupSummary, now: CivilTime) -> Evidence {
        func count(_ verdict: VerificationCheck.Verdict) -> Int { proof.checks.count { $0.verdict == verdict } }
        let skipped = count(.skipped) > 0 ? ", \(count(.skipped)) skipped" : ""
        return Evidence(
            backup: backup.id.description, when: "\(Ages.clock(proof.verifiedAt, now: now)) UTC",
            summary:
                "\(Ages.count(count(.passed), "check")) passed\(skipped), \(Quantities.count(backup.rows)) rows in "
                + Ages.count(backup.tables, "table"),
            checks: proof.checks.map { check in
                let found = check.verdict == .skipped ? check.details.first ?? "" : check.found
                return Check(
                    name: check.name, verdict: check.verdict.rawValue, found: CalendarStrip.firstLine(of: found))
            })
    }
}
