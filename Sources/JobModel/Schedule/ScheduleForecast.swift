/// Which jobs get in each other's way, by how long they usually take.
package struct ScheduleForecast: Sendable, Equatable {
    /// A job, and how long it usually takes; nil where that is not known, and then it counts as no time at all.
    package struct Job: Sendable {
        package let name: String
        package let schedule: Schedule
        package let usualDuration: Duration?

        package init(name: String, schedule: Schedule, usualDuration: Duration?) {
            self.name = name
            self.schedule = schedule
            self.usualDuration = usualDuration
        }
    }

    /// A job that starts while another one usually still runs.
    package struct Collision: Sendable, Equatable {
        /// The job that runs already, and the one that starts, or that starts in the same instant.
        package let running: String
        package let starting: String
        /// The first such start.
        package let first: CivilTime
        /// How many there are.
        package fileprivate(set) var count: Int
    }

    /// The earliest first.
    package let collisions: [Collision]
    /// All firings up to here were looked at; it lies nearer where jobs fire very often.
    package let through: CivilTime

    /// Looks at the firings of so many days from `instant` on, at most at `limit` of them. Default: 400 days.
    package init(of jobs: [Job], from instant: CivilTime, days: Int = 400, limit: Int = 200_000) {
        var sweep = ForecastSweep()
        var start = instant
        let end = CivilTime(secondsSinceEpoch: instant.secondsSinceEpoch + days * 86_400)
        while start < end, sweep.count < limit {
            let dayEnd = min(CivilTime(secondsSinceEpoch: start.secondsSinceEpoch + 86_400), end)
            sweep.add(jobs, after: start, through: dayEnd)
            start = dayEnd
        }
        through = start
        collisions = sweep.collisions.values.sorted {
            ($0.first, $0.running, $0.starting) < ($1.first, $1.running, $1.starting)
        }
    }
}

/// Goes through the firings of all jobs in their order, and knows which runs are not over.
private struct ForecastSweep {
    struct Pair: Hashable {
        let running: Int
        let starting: Int
    }

    private struct Start {
        let instant: Int
        let job: Int
    }

    var collisions: [Pair: ScheduleForecast.Collision] = [:]
    var count = 0
    /// When the last run of each job ends.
    private var ends: [Int: Int] = [:]

    mutating func add(_ jobs: [ScheduleForecast.Job], after start: CivilTime, through end: CivilTime) {
        var starts: [Start] = []
        for (index, job) in jobs.enumerated() {
            for firing in job.schedule.firings(after: start, through: end) {
                starts.append(Start(instant: firing.secondsSinceEpoch, job: index))
            }
        }
        count += starts.count
        // The longest of those that start together comes first: the others start while it runs.
        func duration(_ start: Start) -> Int { Int(clamping: jobs[start.job].usualDuration?.components.seconds ?? 0) }
        for start in starts.sorted(by: { ($0.instant, -duration($0), $0.job) < ($1.instant, -duration($1), $1.job) }) {
            ends = ends.filter { $0.value > start.instant }
            for running in ends.keys where running != start.job {
                note(
                    jobs[running].name, jobs[start.job].name, Pair(running: running, starting: start.job),
                    at: start.instant)
            }
            let (end, isTooLate) = start.instant.addingReportingOverflow(duration(start))
            ends[start.job] = max(ends[start.job] ?? end, isTooLate ? .max : end)
        }
    }

    private mutating func note(_ running: String, _ starting: String, _ pair: Pair, at instant: Int) {
        let new = ScheduleForecast.Collision(
            running: running, starting: starting, first: CivilTime(secondsSinceEpoch: instant), count: 0)
        collisions[pair, default: new].count += 1
    }
}
