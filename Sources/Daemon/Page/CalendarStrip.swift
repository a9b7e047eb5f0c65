import JobModel
import Mustache
import Operations

/// The last instants of a job, each with what became of it, and the next ones: a drawing. Pure.
///
/// Outcomes differ by shape as well as by colour: full, with a dot above it, hollow, low.
struct CalendarStrip {
    struct Bar {
        let x: Int
        let y: Int
        let height: Int
        /// `succeeded`, …, `running`, `coming`
        let kind: String
        let hasDot: Bool
        /// The middle of the dot.
        let dotX: Int
        let title: String
    }

    struct DayMark {
        let x: Int
        let label: String
    }

    let bars: [Bar]
    /// Where a day begins.
    let days: [DayMark]
    let width: Int
    /// For those who do not see it.
    let summary: String
    let isEmpty: Bool

    private static let step = 9
    private static let foot = 30
    private static let mostBars = 60
    private static let mostComing = 3
    /// Labels of days are not written over each other.
    private static let labelWidth = 46

    init(of job: JobStatus, now: CivilTime) {
        let coming = job.isPaused ? [] : job.next.prefix(Self.mostComing)
        let live = job.running.map(\.run)
        let past = Array((live + job.recent).sorted { $0.instant > $1.instant }.prefix(Self.mostBars).reversed())
        var bars: [Bar] = []
        var days: [DayMark] = []
        for (index, run) in past.enumerated() {
            let x = index * Self.step
            bars.append(Self.bar(of: run, at: x, now: now))
            let isNewDay = index == 0 || Ages.day(past[index - 1].instant) != Ages.day(run.instant)
            if isNewDay, days.last.map({ x - $0.x >= Self.labelWidth }) ?? true {
                days.append(DayMark(x: x, label: Ages.day(run.instant)))
            }
        }
        for (index, instant) in coming.enumerated() {
            let x = (past.count + index) * Self.step + (past.isEmpty ? 0 : 4)
            let title = "\(Ages.clock(instant, now: now)) UTC: due \(Ages.relative(instant, to: now))"
            bars.append(
                Bar(x: x, y: Self.foot - 4, height: 4, kind: "coming", hasDot: false, dotX: x + 3, title: title))
        }
        self.bars = bars
        self.days = days
        width = max(bars.count * Self.step + 4, (days.last?.x ?? 0) + Self.labelWidth)
        isEmpty = bars.isEmpty
        summary = Self.summary(of: past)
    }

    private static func bar(of run: Run, at x: Int, now: CivilTime) -> Bar {
        let kind = run.outcome?.rawValue ?? "running"
        let height =
            switch run.outcome {
            case .succeeded, .partial, .failed, .missed, nil: 20
            case .cancelled, .interrupted: 12
            case .skipped: 5
            }
        let isBad = run.outcome == .failed || run.outcome == .interrupted || run.outcome == .partial
        return Bar(
            x: x, y: foot - height, height: height, kind: kind, hasDot: isBad, dotX: x + 3,
            title: title(of: run, now: now))
    }

    private static func title(of run: Run, now: CivilTime) -> String {
        var text = "\(Ages.clock(run.instant, now: now)) UTC: \(run.outcome?.rawValue ?? "running")"
        if run.scheduledAt == nil { text += ", by hand" }
        if let seconds = run.seconds { text += ", took \(Quantities.seconds(Double(seconds)))" }
        if run.outcome != .succeeded, let message = run.message { text += ". \(Self.firstLine(of: message))" }
        return text
    }

    /// Short enough for a line.
    static func firstLine(of text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line.count > 180 ? line.prefix(179) + "…" : line
    }

    private static func summary(of runs: [Run]) -> String {
        guard !runs.isEmpty else { return "No firing yet" }
        let counts = Dictionary(grouping: runs) { $0.outcome?.rawValue ?? "running" }.mapValues(\.count)
        let words = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
        return "The last \(Ages.count(runs.count, "firing")): \(words.joined(separator: ", "))"
    }
}

/// By name, without reflection: a page has thousands of bars.
extension CalendarStrip.Bar: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "x": x
        case "y": y
        case "height": height
        case "kind": kind
        case "hasDot": hasDot
        case "dotX": dotX
        case "title": title
        default: nil
        }
    }
}
