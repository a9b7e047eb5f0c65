import JobModel

/// A notice in words, for the formats that people read: mail, Slack, the body of a ping.
struct NoticeText: Sendable, Equatable {
    /// A name and a value, on a line.
    struct Detail: Sendable, Equatable {
        let label: String
        let value: String
    }

    /// One line: `Backup nightly failed`.
    let title: String
    /// What happened; may have several lines. Nil where the title says it all.
    let message: String?
    let details: [Detail]
    /// What to do next; a sentence.
    let advice: String?

    init(_ notice: Notice) {
        title = Self.oneLine(Self.title(of: notice))
        switch notice.subject {
        case .run(let run):
            message = (run.message ?? run.reason?.sentence).map(Self.printable)
            details = Self.details(of: run)
            advice = run.outcome == nil || notice.event == .succeeded ? nil : Self.advice("dbops log \(run.id)", notice)
        case .unstarted(let runs):
            message = runs.shares.map(Self.sentence).joined(separator: "\n")
            details = Self.details(of: runs)
            advice = Self.advice("dbops runs \(notice.job)", notice)
        case .staleness(let staleness):
            message = nil
            details = Self.details(of: staleness)
            advice = notice.event == .recovered ? nil : Self.advice("dbops runs \(notice.job)", notice)
        case .test:
            message = "Somebody asked dbops for this notice, to see whether it arrives. Nothing has happened."
            details = []
            advice = nil
        }
    }

    /// The message, the details a line each, and the advice; lines end in a newline.
    var body: String {
        let lines = details.map { "\(Self.oneLine($0.label)): \(Self.oneLine($0.value))" }.joined(separator: "\n")
        return [message, lines.isEmpty ? nil : lines, advice].compactMap { $0 }.joined(separator: "\n\n") + "\n"
    }

    private static func advice(_ command: String, _ notice: Notice) -> String {
        "See \(command)" + (notice.runbook.map { ", and \($0.path)" } ?? "") + "."
    }

    // MARK: - Titles

    private static func title(of notice: Notice) -> String {
        let name = "\(notice.kind.prefix(1).uppercased())\(notice.kind.dropFirst()) \(notice.job)"
        return switch notice.subject {
        case .run(let run): "\(name) \(predicate(of: notice.event, run))"
        case .unstarted(let runs) where runs.count == 1: "\(name) did not run"
        case .unstarted(let runs): "\(name) did not run \(runs.count) times"
        case .staleness(let staleness): title(of: staleness, notice)
        case .test: "Test of the notifier \(notice.job)"
        }
    }

    private static func predicate(of event: NotifierSettings.Event?, _ run: RunFacts) -> String {
        switch event {
        case .started: "has started"
        case .succeeded: "succeeded"
        case .recovered: "has recovered"
        case .partial: "succeeded in part only"
        case .verificationFailed: "found a backup that cannot be trusted"
        case .missed: "was skipped"
        case .failed, .stale, nil:
            switch run.outcome {
            case .interrupted: "was interrupted"
            case .cancelled: "was cancelled"
            default: "failed"
            }
        }
    }

    private static func title(of staleness: Staleness, _ notice: Notice) -> String {
        let what = staleness.concern == .backup ? "good" : "verified"
        if notice.event == .recovered { return "\(notice.job) has a \(what) backup again" }
        return "No \(what) backup of \(notice.job) for \(span(staleness.ageInSeconds))"
    }

    private static func sentence(_ share: UnstartedRuns.Share) -> String {
        let reason = share.reason.map { ": \($0.sentence)" } ?? ""
        return "\(share.count) \(share.outcome.rawValue)\(reason)"
    }

    // MARK: - Details

    private static func details(of run: RunFacts) -> [Detail] {
        let report = run.report
        var details = Details()
        if run.message != nil { details.add("Reason", run.reason?.sentence) }
        details.add("Due", run.scheduledAt?.text)
        details.add("Started", run.startedAt?.text)
        details.add("Ended", run.endedAt?.text)
        details.add("Took", run.seconds.map { Quantities.seconds(Double($0)) })
        details.add("Attempts", run.attempts > 1 ? "\(run.attempts)" : nil)
        details.add("Makes up for", run.missedFirings > 0 ? "\(run.missedFirings) missed before" : nil)
        details.add("Backup", report.url ?? report.backup)
        details.add("Tables", report.tables.map(Quantities.count))
        details.add("Rows", report.rows.map(Quantities.count))
        details.add("Stored", report.bytesStored.map(Quantities.bytes))
        details.add("Failed checks", report.failedChecks.isEmpty ? nil : report.failedChecks.joined(separator: ", "))
        for warning in report.warnings.prefix(5) { details.add("Warning", shortened(warning, to: 500)) }
        if report.warnings.count > 5 { details.add("More warnings", "\(report.warnings.count - 5)") }
        details.add("Host", run.host)
        details.add("Run", run.id.description)
        return details.all
    }

    private static func details(of runs: UnstartedRuns) -> [Detail] {
        var details = Details()
        details.add(runs.count == 1 ? "Due" : "First due", runs.first.text)
        if runs.count > 1 { details.add("Last due", runs.last.text) }
        details.add("Host", runs.host)
        return details.all
    }

    private static func details(of staleness: Staleness) -> [Detail] {
        var details = Details()
        let what = staleness.concern == .backup ? "good" : "verified"
        details.add("Newest \(what) backup", staleness.newestAt?.text ?? "none")
        if staleness.newestAt == nil { details.add("Job known since", staleness.knownSince.text) }
        details.add("Allowed age", span(staleness.limitInSeconds))
        return details.all
    }

    private struct Details {
        var all: [Detail] = []

        mutating func add(_ label: String, _ value: String?) {
            if let value { all.append(Detail(label: label, value: value)) }
        }
    }

    // MARK: - Texts

    /// `26 h`, `3 d 4 h`
    private static func span(_ seconds: Int) -> String {
        guard seconds >= 3_600 else { return Quantities.seconds(Double(seconds)) }
        let hours = seconds / 3_600
        if hours < 48 { return "\(hours) h" }
        return hours % 24 == 0 ? "\(hours / 24) d" : "\(hours / 24) d \(hours % 24) h"
    }

    /// The beginning of `text`, with an ellipsis where it is longer than `limit` characters.
    static func shortened(_ text: String, to limit: Int) -> String {
        guard text.count > limit else { return text }
        return text.prefix(max(0, limit - 1)) + "…"
    }

    /// Without control characters other than newlines: receivers are terminals and browsers too.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.replacing("\r\n", with: "\n").unicodeScalars.map { scalar in
                    scalar != "\n" && scalar.properties.generalCategory == .control ? " " : scalar
                }))
    }

    /// On one line, whatever it holds.
    static func oneLine(_ text: String) -> String {
        printable(text).split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
