/// A change of a zone's offset: clocks are put forward, and times are left out, or back, and times come twice.
package struct ZoneTransition: Sendable, Equatable {
    /// The first instant with the new offset.
    package let instant: CivilTime
    /// Seconds ahead of UTC.
    package let offsetBefore: Int
    package let offsetAfter: Int

    /// Clocks are put forward: local times from ``localTimes``' lower bound on do not exist.
    package var isGap: Bool { offsetAfter > offsetBefore }

    /// The local times that are left out or come twice, in seconds as if they were UTC.
    package var localTimes: Range<Int> {
        let before = instant.secondsSinceEpoch + offsetBefore
        let after = instant.secondsSinceEpoch + offsetAfter
        return min(before, after)..<max(before, after)
    }
}

extension ZoneRules {
    /// The changes of the offset after `instant` and not after `end`, in their order.
    package func transitions(after instant: CivilTime, through end: CivilTime) -> [ZoneTransition] {
        var result: [ZoneTransition] = []
        var period = period(at: instant.secondsSinceEpoch)
        while period.end <= min(end.secondsSinceEpoch, Self.endOfTime - 1) {
            let next = self.period(at: period.end)
            result.append(
                ZoneTransition(
                    instant: CivilTime(secondsSinceEpoch: period.end), offsetBefore: period.offset,
                    offsetAfter: next.offset))
            period = next
        }
        return result
    }

    /// The day that local clocks show.
    package func localDate(at instant: CivilTime) -> CivilDate {
        let local = instant.secondsSinceEpoch + offsetInSeconds(at: instant)
        return CivilDate(daysSinceEpoch: local.flooredQuotient(by: 86_400))
    }

    /// What local clocks show, with their offset from UTC: `2026-11-22T02:00:00+01:00` (RFC 3339).
    package func localText(at instant: CivilTime) -> String {
        let offset = offsetInSeconds(at: instant)
        let local = CivilTime(secondsSinceEpoch: instant.secondsSinceEpoch + offset)
        let minutes = abs(offset) / 60
        func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return local.text.dropLast() + (offset < 0 ? "-" : "+") + digits(minutes / 60) + ":" + digits(minutes % 60)
    }
}
