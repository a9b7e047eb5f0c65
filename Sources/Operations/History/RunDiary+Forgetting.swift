package import JobModel

extension RunDiary {
    /// Days with runs that must have passed before the history is that much older.
    private static let daysOfProof = 3
    /// Runs that are looked at to find them; what is caught up may be many runs of one day.
    private static let mostLooks = 200

    /// Forgets runs that are older than `age`, counted from the third newest day on which something was run. A clock that
    /// is wrong for a day or two, with the runs that it starts, does not make all of the history old.
    package func forget(olderThan age: Duration, now: CivilTime) async {
        guard let day = await thirdNewestDay() else { return }
        let from = min(now.secondsSinceEpoch, day)
        await forget(endedBefore: CivilTime(secondsSinceEpoch: from - Int(age.components.seconds)))
    }

    /// Its beginning, in UTC; nil where there are not so many.
    private func thirdNewestDay() async -> Int? {
        var days: Set<Int> = []
        var query = RunQuery()
        (query.outcomes, query.limit, query.omitsTexts) = ([.succeeded, .partial, .failed], 1, true)
        for _ in 0..<Self.mostLooks {
            guard let run = await runs(query)?.first else { return nil }
            days.insert((run.startedAt ?? run.instant).startOfDay)
            if days.count == Self.daysOfProof { return days.min() }
            query.until = CivilTime(secondsSinceEpoch: run.instant.startOfDay)
        }
        return nil
    }
}

extension CivilTime {
    fileprivate var startOfDay: Int { secondsSinceEpoch - (secondsSinceEpoch % 86_400 + 86_400) % 86_400 }
}
