import Foundation
import JobModel
import Operations

/// The board in the words of the page: what the templates write out. Pure.
struct PageModel {
    struct Line {
        let weight: String
        let word: String
        let subject: String
        /// Where on the page; nil for what is no job.
        let place: String?
        let text: String
    }

    struct Row {
        let name: String
        /// `up`, `down`, `unknown`
        let state: String
        let facts: String
        let trouble: String?
    }

    struct Firing {
        let job: String
        let place: String
        let at: String
        let instant: String
        let relative: String
    }

    let title: String
    let host: String
    let version: String
    let now: String
    let nowText: String
    /// `bad`, `warn`, `well`
    let mood: String
    let verdict: String
    let concerns: [Line]
    let hasConcerns: Bool
    let live: [LiveModel]
    let hasLive: Bool
    let backups: [JobCard]
    let hasBackups: Bool
    let others: [JobCard]
    let hasOthers: Bool
    let stores: [Row]
    let databases: [Row]
    let hasServers: Bool
    let findings: [FindingModel]
    let hasFindings: Bool
    let moreFindings: String?
    let firings: [Firing]
    let hasFirings: Bool
    /// Nil where orders are refused.
    let formToken: String?
    let footer: String

    /// Findings and firings that are shown.
    private static let mostFindings = 40
    private static let mostFirings = 12

    init(_ board: StatusBoard, formToken: String?) {
        let concerns = Concern.all(of: board)
        let urgent = concerns.count { $0.weight != .note }
        host = board.host
        version = board.version
        now = board.now.text
        nowText = "\(Ages.clock(board.now, now: board.now)) UTC"
        mood = concerns.first { $0.weight != .note }?.weight.rawValue ?? "well"
        verdict = Self.verdict(urgent, of: board)
        title = urgent == 0 ? "dbops: all is well" : "(\(urgent)) dbops: \(board.host)"
        let names = Set(board.jobs.map(\.name))
        self.concerns = concerns.map {
            Line(
                weight: $0.weight.rawValue, word: $0.weight.word, subject: $0.subject,
                place: names.contains($0.subject) ? JobCard.place(of: $0.subject) : nil, text: $0.text)
        }
        hasConcerns = !concerns.isEmpty
        live = board.jobs.flatMap { job in job.running.map { LiveModel($0, job: job, now: board.now) } }
        hasLive = !live.isEmpty
        backups = board.jobs.filter { $0.kind == "backup" }.map { JobCard($0, board, formToken) }
        others = board.jobs.filter { $0.kind != "backup" }.map { JobCard($0, board, formToken) }
        hasBackups = !backups.isEmpty
        hasOthers = !others.isEmpty
        stores = board.stores.map(Self.row)
        databases = board.databases.map(Self.row)
        hasServers = !stores.isEmpty || !databases.isEmpty
        let found = board.jobs.flatMap { job in job.findings.map { (job, $0) } }
            .sorted { $0.1.severity > $1.1.severity }
        findings = found.prefix(Self.mostFindings).map { FindingModel($0.1, job: $0.0) }
        hasFindings = !findings.isEmpty
        moreFindings =
            found.count > Self.mostFindings
            ? "and \(Ages.count(found.count - Self.mostFindings, "finding")) more: /api/v1/findings" : nil
        firings = Self.firings(board)
        hasFirings = !firings.isEmpty
        self.formToken = formToken
        footer =
            "dbops \(board.version) on \(board.host), up \(Ages.text(board.now.secondsSinceEpoch - board.startedAt.secondsSinceEpoch)), "
            + "\(Quantities.bytes(board.process.residentBytes)) of memory, at most \(Ages.count(board.concurrency, "run")) at a time"
    }

    private static func verdict(_ urgent: Int, of board: StatusBoard) -> String {
        if urgent > 0 { return "\(Ages.count(urgent, "thing")) \(urgent == 1 ? "needs" : "need") you." }
        if board.isStarting { return "The daemon is starting." }
        return board.jobs.isEmpty ? "There is nothing to do: the job file has no jobs." : "All is well."
    }

    private static func firings(_ board: StatusBoard) -> [Firing] {
        board.jobs.filter { !$0.isPaused }.flatMap { job in job.next.map { (job.name, $0) } }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(mostFirings).map { name, instant in
                Firing(
                    job: name, place: JobCard.place(of: name), at: Ages.clock(instant, now: board.now),
                    instant: instant.text, relative: Ages.relative(instant, to: board.now))
            }
    }

    private static func row(_ store: StoreStatus) -> Row {
        var facts: [String] = []
        if let count = store.backups { facts.append(Ages.count(count, "backup")) }
        if let bytes = store.bytes { facts.append(Quantities.bytes(bytes)) }
        if store.unreadable > 0 { facts.append("\(store.unreadable) cannot be read") }
        facts.append(store.url)
        return Row(
            name: store.name, state: state(store.isUp), facts: facts.joined(separator: " · "), trouble: store.trouble)
    }

    private static func row(_ database: DatabaseStatus) -> Row {
        var facts: [String] = []
        if let latency = database.latencyInSeconds { facts.append("\(Int((latency * 1_000).rounded())) ms") }
        if let health = database.health {
            facts.append(Quantities.bytes(health.database.sizeBytes))
            facts.append("\(health.connections.total) of \(health.connections.max) connections")
            facts.append("PostgreSQL \(health.server.versionNumber / 10_000).\(health.server.versionNumber % 10_000)")
            if health.server.isStandby { facts.append("standby") }
        }
        return Row(
            name: database.name, state: state(database.isUp), facts: facts.joined(separator: " · "),
            trouble: database.trouble)
    }

    private static func state(_ isUp: Bool?) -> String { isUp.map { $0 ? "up" : "down" } ?? "unknown" }
}

/// A run that is alive.
struct LiveModel {
    let job: String
    let run: String
    let phase: String
    let since: String
    /// From 0 to 100; nil where it cannot be told.
    let percent: String?
    let amount: String?
    let remaining: String?

    init(_ running: RunningRun, job: JobStatus, now: CivilTime) {
        self.job = job.name
        run = running.run.id.description
        phase = running.progress.map { $0.phase ?? "beginning" } ?? "on another host"
        let elapsed = running.run.startedAt.map { max(0, now.secondsSinceEpoch - $0.secondsSinceEpoch) } ?? 0
        since = Ages.text(elapsed)
        percent = running.progress?.fraction.map { String(Int(($0 * 100).rounded(.down))) }
        if let progress = running.progress, progress.bytesMoved > 0 {
            let whole = progress.bytesExpected > 0 ? " of about \(Quantities.bytes(progress.bytesExpected))" : ""
            amount = Quantities.bytes(progress.bytesMoved) + whole
        } else {
            amount = nil
        }
        let usual = job.recent.filter { $0.outcome == .succeeded }.compactMap(\.seconds).sorted()
        let median = usual.isEmpty ? nil : usual[usual.count / 2]
        remaining = median.map { "usually \(Ages.text($0))" }
    }
}

/// What an advise job has found.
struct FindingModel {
    let severity: String
    let object: String
    let summary: String
    let caveat: String
    let advice: String?
    let statements: [String]
    let job: String

    init(_ finding: Finding, job: JobStatus) {
        severity = finding.severity.rawValue
        object = finding.object
        summary = finding.summary
        caveat = finding.caveat
        advice = finding.remedy.advice
        statements = finding.remedy.statements
        self.job = job.name
    }
}
