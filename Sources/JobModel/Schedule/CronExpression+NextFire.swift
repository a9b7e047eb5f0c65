extension CronExpression {
    /// The first firing after `instant`, in whole minutes of the zone's clocks; nil where there is none.
    ///
    /// The answer depends on the expression, the zone and the instant alone, so a restart fires nothing twice; it grows
    /// strictly with each step from one firing to the next. What becomes of clock changes says ``Cadence``.
    package func nextFire(after instant: CivilTime, in zone: ZoneRules) -> CivilTime? {
        // A date comes back on the same weekday within 40 years; a whole cycle of the calendar proves that nothing does.
        let cycle = 146_097 * 86_400
        guard abs(instant.secondsSinceEpoch) < ZoneRules.endOfTime / 2 else { return nil }
        var earliest = instant.secondsSinceEpoch + 1
        let horizon = earliest + cycle
        while true {
            let period = zone.period(at: earliest)
            let end = min(period.end, horizon)
            if let fire = firstFire(in: period, from: earliest, before: end, zone: zone) {
                return CivilTime(secondsSinceEpoch: fire)
            }
            guard end == period.end, let later = earliestChance(from: end, before: horizon) else { return nil }
            earliest = later
        }
    }

    /// From when on there can be a firing, at `instant` or later, whatever the zone; nil where there is none before
    /// `horizon`. Rare expressions pass over years of clock changes by it.
    private func earliestChance(from instant: Int, before horizon: Int) -> Int? {
        // No offset is further than 26 hours from UTC, and a time in a gap fires at most 3 hours later than it reads.
        let margin = 29 * 3_600
        let firstDay = (instant - margin).flooredQuotient(by: 86_400)
        let endDay = (horizon + margin).flooredQuotient(by: 86_400) + 1
        return matchingDay(from: firstDay, before: endDay).map { max(instant, $0 * 86_400 - margin) }
    }

    private func firstFire(in period: ZoneRules.Period, from earliest: Int, before end: Int, zone: ZoneRules) -> Int? {
        let start = max(earliest, period.start) + period.offset
        if cadence == .interval {
            return firstMatch(from: start, before: end + period.offset).map { $0 - period.offset }
        }
        // Only far from the last change is it certain that clocks show each time for the first time.
        guard start - period.localStart < 52 * 3_600 else {
            return firstMatch(from: start, before: end + period.offset).map { $0 - period.offset }
        }
        let shown = zone.latestLocalTime(before: period)
        if let late = fireAfterGap(from: shown, to: period), late >= earliest, late < end { return late }
        return firstMatch(from: max(start, shown), before: end + period.offset).map { $0 - period.offset }
    }

    /// The first whole minute after a gap of up to three hours, where a time in the gap matches. Longer ones are a move
    /// across the date line: the day is not made up for.
    private func fireAfterGap(from shown: Int, to period: ZoneRules.Period) -> Int? {
        let gapEnd = period.localStart
        guard gapEnd > shown, gapEnd - shown <= 3 * 3_600, firstMatch(from: shown, before: gapEnd) != nil else {
            return nil
        }
        return gapEnd.roundedUp(toMultipleOf: 60) - period.offset
    }

    /// The first whole minute that matches, from `start` on and before `end`, in seconds as local clocks show them.
    func firstMatch(from start: Int, before end: Int) -> Int? {
        let minute = start.roundedUp(toMultipleOf: 60) / 60
        let endDay = (end - 1).flooredQuotient(by: 86_400) + 1
        let firstDay = minute.flooredQuotient(by: 1_440)
        guard var day = matchingDay(from: firstDay, before: endDay) else { return nil }
        var time = matchingTime(from: day == firstDay ? minute - firstDay * 1_440 : 0)
        if time == nil {
            guard let next = matchingDay(from: day + 1, before: endDay) else { return nil }
            day = next
            time = matchingTime(from: 0)
        }
        guard let time, (day * 1_440 + time) * 60 < end else { return nil }
        return (day * 1_440 + time) * 60
    }

    /// The first matching minute of a day, from `minuteOfDay` on.
    private func matchingTime(from minuteOfDay: Int) -> Int? {
        let hour = minuteOfDay / 60
        if hours & (1 << UInt64(hour)) != 0 {
            let rest = minutes >> UInt64(minuteOfDay % 60)
            if rest != 0 { return minuteOfDay + rest.trailingZeroBitCount }
        }
        let later = hours >> UInt64(hour + 1)
        guard later != 0 else { return nil }
        return (hour + 1 + later.trailingZeroBitCount) * 60 + minutes.trailingZeroBitCount
    }

    /// The first matching day, in days since 1970-01-01.
    private func matchingDay(from start: Int, before end: Int) -> Int? {
        let date = CivilDate(daysSinceEpoch: start)
        var (year, month) = (date.year, date.month)
        var monthStart = start - (date.day - 1)
        var skipped = UInt64(date.day)
        while monthStart < end {
            let days = daysInMonth(month, ofYear: year, startingOn: monthStart) >> skipped
            if days != 0 {
                let day = monthStart - 1 + Int(skipped) + days.trailingZeroBitCount
                return day < end ? day : nil
            }
            (year, month) = monthThatMatches(after: month, ofYear: year)
            monthStart = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
            skipped = 0
        }
        return nil
    }

    private func monthThatMatches(after month: Int, ofYear year: Int) -> (year: Int, month: Int) {
        let later = months >> UInt64(month + 1)
        if later != 0 { return (year, month + 1 + later.trailingZeroBitCount) }
        return (year + 1, months.trailingZeroBitCount)
    }

    /// Bit n is set where day n of the month matches.
    private func daysInMonth(_ month: Int, ofYear year: Int, startingOn first: Int) -> UInt64 {
        guard months & (1 << UInt64(month)) != 0 else { return 0 }
        let existing = (UInt64(1) << UInt64(CivilDate.daysInMonth(month, ofYear: year)) - 1) << 1
        let byWeekday = (repeatedDaysOfWeek >> UInt64(CivilDate.weekday(ofDay: first))) << 1
        return existing & (dayRule == .both ? daysOfMonth & byWeekday : daysOfMonth | byWeekday)
    }
}
