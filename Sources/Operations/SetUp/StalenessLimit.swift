package import JobModel

/// How old the newest backup may be before somebody is told, for a schedule that nobody has thought about yet.
package enum StalenessLimit {
    /// As many firings are looked at: more than a year of a nightly job, with both changes of the clocks.
    private static let firings = 400

    /// In whole hours: the longest pause between two firings after `instant`, and a tenth of it, at least two hours, for
    /// the run itself. Nil where nothing fires twice.
    package static func hours(of schedule: Schedule, after instant: CivilTime) -> Int? {
        var longest = 0
        guard var last = schedule.nextFiring(after: instant) else { return nil }
        for _ in 0..<firings {
            guard let next = schedule.nextFiring(after: last) else { break }
            longest = max(longest, next.secondsSinceEpoch - last.secondsSinceEpoch)
            last = next
        }
        guard longest > 0 else { return nil }
        return (longest + max(7_200, longest / 10) + 3_599) / 3_600
    }
}
