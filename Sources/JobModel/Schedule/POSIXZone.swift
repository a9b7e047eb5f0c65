/// The rule of a zone file for all time after its last change, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Source: RFC 8536, 3.3 and 3.3.1; POSIX, "Other Environment Variables", TZ.
struct POSIXZone: Equatable {
    /// Seconds ahead of UTC.
    let standardOffset: Int
    /// Nil where clocks stay as they are.
    let daylight: Daylight?

    struct Daylight: Equatable {
        let offset: Int
        let start: YearlyMoment
        let end: YearlyMoment
    }

    /// A moment of each year by local clocks.
    struct YearlyMoment: Equatable {
        enum Day: Equatable {
            /// From 1 to 365; 29 February is never counted.
            case julian(Int)
            /// From 0 to 365.
            case zeroBased(Int)
            /// Week 5 is the last one that has the weekday.
            case weekday(month: Int, week: Int, weekday: Int)
        }

        let day: Day
        /// Seconds from midnight, from -167 to 167 hours.
        let time: Int

        /// As if local clocks showed UTC.
        func localSeconds(ofYear year: Int) -> Int { dayNumber(ofYear: year) * 86_400 + time }

        private func dayNumber(ofYear year: Int) -> Int {
            let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
            switch day {
            case .julian(let number): return newYear + number - 1 + (CivilDate.isLeap(year) && number >= 60 ? 1 : 0)
            case .zeroBased(let number): return newYear + number
            case .weekday(let month, let week, let weekday):
                let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
                let offset = (weekday - CivilDate.weekday(ofDay: first) + 7) % 7 + (week - 1) * 7
                return first + (offset < CivilDate.daysInMonth(month, ofYear: year) ? offset : offset - 7)
            }
        }
    }

    /// Adds this rule's changes after the last one of `changes`, for a cycle of the calendar and a little more; returns
    /// from when on they repeat. Nil where nothing changes any more.
    func append(to changes: inout [ZoneRules.Change], cycle: Int) -> Int? {
        let known = changes.last?.start ?? ZoneRules.beginningOfTime
        let lastYear = max(CivilDate(daysSinceEpoch: known.flooredQuotient(by: 86_400)).year, 1900)
        guard daylight != nil else { return nil }
        var later: [ZoneRules.Change] = []
        for year in (lastYear - 1)...(lastYear + 404) { later += yearlyChanges(year) }
        let ordered = later.enumerated().sorted { ($0.element.start, $0.offset) < ($1.element.start, $1.offset) }
        for (_, change) in ordered where change.start > known {
            // Daylight saving that ends when it begins anew never ends.
            if changes.last?.start == change.start { changes.removeLast() }
            changes.append(change)
        }
        return CivilDate(year: lastYear + 3, month: 1, day: 1).daysSinceEpoch * 86_400
    }

    private func yearlyChanges(_ year: Int) -> [ZoneRules.Change] {
        guard let daylight else { return [] }
        let start = ZoneRules.Change(
            start: daylight.start.localSeconds(ofYear: year) - standardOffset, offset: daylight.offset)
        let end = ZoneRules.Change(
            start: daylight.end.localSeconds(ofYear: year) - daylight.offset, offset: standardOffset)
        return start.start < end.start ? [start, end] : [end, start]
    }
}
