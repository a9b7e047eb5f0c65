/// When a job fires, as one value: its trigger in its zone, moved by the job's own offset.
package struct Schedule: Sendable, Equatable {
    /// The same text means the same instants: what is written, the zone, the offset. What was promised for a job is
    /// compared by it. `0 2 * * * in Europe/Berlin +97 s`
    package let text: String
    /// What every firing is moved by: always the same for a job's name, at least 0 and less than the spread.
    package let offset: Duration
    package let zone: ZoneRules
    package let trigger: JobTrigger

    private let offsetInSeconds: Int

    /// Nil where the trigger is no matter of time: by hand, or after another job.
    package init?(job: String, trigger: JobTrigger, zone: ZoneRules, spread: Duration = .zero) {
        self.init(trigger: trigger, zone: zone, offsetInSeconds: Self.offsetInSeconds(of: job, within: spread))
    }

    /// Reads ``text``; nil where it is no schedule's, or the zone is no more.
    package init?(reading text: String, zones: ZoneDatabase) {
        var words = text.split(separator: " ")
        var offset = 0
        if words.count > 2, words.last == "s", let number = words[words.count - 2].wholeNumber(after: "+") {
            offset = number
            words.removeLast(2)
        }
        if words.count == 3, words[0] == "every", let seconds = Int(words[1]), seconds > 0 {
            self.init(trigger: .every(seconds: seconds), zone: .utc, offsetInSeconds: offset)
            return
        }
        guard words.count > 2, words[words.count - 2] == "in",
            let zone = try? zones.rules(named: String(words[words.count - 1])),
            let expression = try? CronExpression(parsing: words.dropLast(2).joined(separator: " "))
        else { return nil }
        self.init(trigger: .cron(expression), zone: zone, offsetInSeconds: offset)
    }

    private init?(trigger: JobTrigger, zone: ZoneRules, offsetInSeconds: Int) {
        self.offsetInSeconds = offsetInSeconds
        offset = .seconds(offsetInSeconds)
        self.zone = zone
        self.trigger = trigger
        let suffix = offsetInSeconds > 0 ? " +\(offsetInSeconds) s" : ""
        switch trigger {
        case .cron(let expression):
            let fields = CronWords.split(expression.text).joined(separator: " ")
            text = "\(fields) in \(zone.name)\(suffix)"
        case .every(let seconds) where seconds > 0: text = "every \(seconds) s\(suffix)"
        case .every, .none, .after: return nil
        }
    }

    /// The first firing after `instant`; nil where there is none.
    package func nextFiring(after instant: CivilTime) -> CivilTime? {
        let unmoved = CivilTime(secondsSinceEpoch: instant.secondsSinceEpoch - offsetInSeconds)
        let next: CivilTime? =
            switch trigger {
            case .cron(let expression): expression.nextFire(after: unmoved, in: zone)
            case .every(let seconds):
                CivilTime(
                    secondsSinceEpoch: (unmoved.secondsSinceEpoch.flooredQuotient(by: seconds) + 1) * seconds)
            case .none, .after: nil
            }
        return next.map { CivilTime(secondsSinceEpoch: $0.secondsSinceEpoch + offsetInSeconds) }
    }

    /// The firings after `instant` and not after `end`, in their order, each computed when it is asked for.
    package func firings(after instant: CivilTime, through end: CivilTime) -> some Sequence<CivilTime> {
        sequence(state: instant) { last -> CivilTime? in
            guard let next = nextFiring(after: last), next <= end else { return nil }
            last = next
            return next
        }
    }

    /// Spreads jobs over a span: always the same for a job's name, at least 0 and less than `span`.
    package static func offsetInSeconds(of job: String, within span: Duration) -> Int {
        let seconds = Int(clamping: span.components.seconds)
        return seconds > 0 ? Int(StableHash.of(job) % UInt64(seconds)) : 0
    }
}

extension Substring {
    /// The number that follows `prefix`; nil for all else.
    fileprivate func wholeNumber(after prefix: String) -> Int? {
        guard hasPrefix(prefix), let number = Int(dropFirst(prefix.count)), number >= 0 else { return nil }
        return number
    }
}
