/// The offsets of a time zone from UTC, past and future.
///
/// Read from a compiled zone file, without Foundation's calendar, which is too slow for a thousand jobs. A value holds
/// some 20 KB: jobs of one zone share one.
package struct ZoneRules: Sendable, Equatable {
    /// The IANA name under which it was asked for, such as `Europe/Berlin`.
    package let name: String
    private let changes: [Change]
    /// From here on the offsets repeat every 400 years; nil where the last one holds for ever.
    private let cycleStart: Int?

    /// From `start` (seconds since 1970-01-01 UTC) on, local clocks are `offset` seconds ahead of UTC.
    struct Change: Sendable, Equatable {
        let start: Int
        let offset: Int
    }

    /// A stretch of time with one offset.
    struct Period: Sendable, Equatable {
        /// Seconds since 1970-01-01 UTC; the end is not part of it.
        let start: Int
        let end: Int
        /// Seconds ahead of UTC.
        let offset: Int

        /// What local clocks show, as if it were UTC, at the start and at the end.
        var localStart: Int { start + offset }
        var localEnd: Int { end + offset }
    }

    /// Universal time, which needs no file.
    package static let utc = ZoneRules(name: "UTC", changes: [], initialOffset: 0, footer: nil)

    static let beginningOfTime = -(1 << 59)
    static let endOfTime = 1 << 59
    private static let cycle = 146_097 * 86_400

    /// `changes` in ascending order, without two at one instant.
    init(name: String, changes: [Change], initialOffset: Int, footer: POSIXZone?) {
        self.name = name
        // A file without changes leaves everything to the rule at its end.
        let first = changes.isEmpty ? footer?.standardOffset ?? initialOffset : initialOffset
        var all = [Change(start: Self.beginningOfTime, offset: first)]
        all += changes.filter { $0.start > Self.beginningOfTime }
        cycleStart = footer.flatMap { $0.append(to: &all, cycle: Self.cycle) }
        var distinct: [Change] = []
        for change in all where distinct.last?.offset != change.offset { distinct.append(change) }
        self.changes = distinct
    }

    /// Seconds that local clocks are ahead of UTC.
    package func offsetInSeconds(at instant: CivilTime) -> Int { period(at: instant.secondsSinceEpoch).offset }

    /// The stretch that `instant` lies in.
    func period(at instant: Int) -> Period {
        guard let cycleStart, instant >= cycleStart + Self.cycle else { return uncycledPeriod(at: instant) }
        let shift = (instant - cycleStart) / Self.cycle * Self.cycle
        let period = uncycledPeriod(at: instant - shift)
        return Period(start: period.start + shift, end: period.end + shift, offset: period.offset)
    }

    private func uncycledPeriod(at instant: Int) -> Period {
        var low = 0
        var high = changes.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if changes[middle].start <= instant { low = middle } else { high = middle }
        }
        let end = high < changes.count ? changes[high].start : Self.endOfTime
        return Period(start: changes[low].start, end: end, offset: changes[low].offset)
    }

    /// The latest time that local clocks have shown before `period`; its own start where there was nothing before.
    func latestLocalTime(before period: Period) -> Int {
        var latest: Int?
        var start = period.start
        while start > Self.beginningOfTime {
            let earlier = self.period(at: start - 1)
            latest = max(latest ?? earlier.localEnd, earlier.localEnd)
            // No offset is further than 26 hours from UTC: what lies behind a longer stretch was overtaken in it.
            if earlier.end - earlier.start > 52 * 3_600 { break }
            start = earlier.start
        }
        return latest ?? period.localStart
    }
}
