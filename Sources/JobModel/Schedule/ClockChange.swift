/// A cron expression at one change of its zone's offset.
///
/// Times are local clocks', in seconds as if they showed UTC. What is told is a change of pace: that `*/15 * * * *` has
/// no firing in a left-out hour is as it should be.
struct ClockChange {
    let expression: CronExpression
    let transition: ZoneTransition

    /// The matches around the times that are left out or come twice; nil where none of those matches.
    private struct Matches {
        let inside: [Int]
        let first: Int
        let last: Int
        /// The nearest matches outside.
        let before: Int
        let after: Int
    }

    private var times: Range<Int> { transition.localTimes }
    private var length: Int { times.count }

    /// Nil where nobody would notice.
    var effect: ClockEffect? {
        guard let matches else { return nil }
        switch (expression.cadence, transition.isGap) {
        case (.interval, true): return lost(matches)
        case (.interval, false): return doubled(matches)
        case (.fixed, true): return length <= 3 * 3_600 ? moved(matches) : dropped(matches)
        case (.fixed, false): return silent(matches)
        }
    }

    private func lost(_ matches: Matches) -> ClockEffect? {
        guard isSlowedByGap(matches) else { return nil }
        let others = isNight(matches) ? "" : " at \(clocks(matches.inside))"
        return effect(
            .skipped,
            "will not run\(others): clocks go from \(clock(times.lowerBound)) to "
                + "\(clock(times.upperBound)), and \(expression.text) runs only at times that exist")
    }

    private func doubled(_ matches: Matches) -> ClockEffect? {
        let betweenPasses = matches.first + length - matches.last
        guard betweenPasses < min(matches.first - matches.before, matches.after - matches.last) else { return nil }
        return effect(
            .doubled,
            "will run twice at \(clocks(matches.inside)): clocks go back from "
                + "\(clock(times.upperBound)) to \(clock(times.lowerBound)), and \(expression.text) runs in both hours")
    }

    private func moved(_ matches: Matches) -> ClockEffect? {
        guard matches.after != times.upperBound || isSlowedByGap(matches) else { return nil }
        return effect(
            .moved,
            "will run at \(clock(times.upperBound)) in place of \(clocks(matches.inside)): clocks go from "
                + "\(clock(times.lowerBound)) to \(clock(times.upperBound)) (\(expression.text))")
    }

    private func dropped(_ matches: Matches) -> ClockEffect? {
        effect(
            .skipped,
            "will not run at \(clocks(matches.inside)): clocks go from \(clock(times.lowerBound)) to "
                + "\(clock(times.upperBound)) of another day (\(expression.text))")
    }

    /// Of a job that runs all the time the second pass is missing; of a nightly one nobody wants it.
    private func silent(_ matches: Matches) -> ClockEffect? {
        guard matches.first - matches.before <= length, matches.after - matches.last <= length else { return nil }
        return effect(
            .skipped,
            "skips \(clock(times.lowerBound))-\(clock(times.upperBound - 60)) the second time: clocks go "
                + "back, and \(expression.text) runs at each time once" + advice)
    }

    /// The same hours, written with a star.
    private var advice: String {
        var words = CronWords.split(expression.text).map(String.init)
        guard words.count == 5, expression.hours == 0xFF_FFFF else { return "" }
        words[1] = "*"
        return "; write \(words.joined(separator: " "))"
    }

    /// Whether there is more time than usual between the firings on both sides of a gap.
    private func isSlowedByGap(_ matches: Matches) -> Bool {
        matches.after - matches.before - length > max(matches.first - matches.before, matches.after - matches.last)
    }

    /// Whether the day has no other firing.
    private func isNight(_ matches: Matches) -> Bool {
        let day = times.lowerBound.flooredQuotient(by: 86_400)
        return matches.before < day * 86_400 && matches.after >= (day + 1) * 86_400
    }

    private func effect(_ kind: ClockEffect.Kind, _ what: String) -> ClockEffect {
        let date = CivilDate(daysSinceEpoch: times.lowerBound.flooredQuotient(by: 86_400))
        return ClockEffect(
            kind: kind, date: date, instant: transition.instant, message: "on \(date.text) this job \(what)")
    }
}

extension ClockChange {
    private var matches: Matches? {
        let inside = matches(in: times)
        guard let first = inside.first, let last = inside.last else { return nil }
        let far = 400 * 86_400
        // The nearest earlier match, looked for ever further away.
        let before = [3, 30, 9_600].lazy.compactMap { hours in
            matches(in: times.lowerBound - hours * 3_600..<times.lowerBound).last
        }.first
        let after = expression.firstMatch(from: times.upperBound, before: times.upperBound + far)
        return Matches(
            inside: inside, first: first, last: last, before: before ?? times.lowerBound - far,
            after: after ?? times.upperBound + far)
    }

    private func matches(in range: Range<Int>) -> [Int] {
        let first = expression.firstMatch(from: range.lowerBound, before: range.upperBound)
        return Array(
            sequence(first: first) { last in
                last.map { expression.firstMatch(from: $0 + 60, before: range.upperBound) }
            }.prefix { $0 != nil }.compactMap { $0 })
    }

    /// `02:00`
    private func clock(_ time: Int) -> String {
        String(CivilTime(secondsSinceEpoch: time).text.dropFirst(11).prefix(5))
    }

    /// `02:00, 02:15, 02:30`, at most four of them.
    private func clocks(_ times: [Int]) -> String {
        times.prefix(4).map(clock).joined(separator: ", ") + (times.count > 4 ? ", …" : "")
    }
}
