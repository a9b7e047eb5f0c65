import JobModel
import Operations

/// What becomes of instants that start nothing: they are put on record, and then the promises move on.
extension Scheduler {
    /// Writes the records of runs that never started, in portions, and tells people of them. What cannot be written
    /// now, or is more than a pass should take, is written later.
    func writeRecords() async {
        hasBacklog = false
        for _ in 0..<Self.portionsPerPass {
            fillPortion()
            guard !unwrittenRecords.isEmpty else { break }
            let portion = Array(unwrittenRecords.prefix(recordsAtOnce))
            guard await diary.record(portion) else {
                // The next look at the clock is soon enough.
                hasBacklog = false
                break
            }
            for run in portion { tally.add(run) }
            unwrittenRecords.removeFirst(portion.count)
            hasBacklog = !unwrittenRecords.isEmpty || !misses.isEmpty
            hasGarbage = hasGarbage || hasBacklog
        }
        let news = untold
        untold = []
        for (name, runs) in Dictionary(grouping: news, by: \.job).sorted(by: { $0.key < $1.key }) {
            guard let entry = states[name]?.entry else { continue }
            await announce(entry, runs)
        }
    }

    /// Computes as many of the ``misses`` as are written at once: no more of them are in memory at any time.
    private func fillPortion() {
        while unwrittenRecords.count < recordsAtOnce, !misses.isEmpty {
            let taken = misses[0].take(atMost: recordsAtOnce - unwrittenRecords.count)
            let (job, kind) = (misses[0].promise.job, misses[0].kind)
            for miss in taken { leave(job: job, kind: kind, miss.instant, .missed, miss.reason) }
            if misses[0].isDone { misses.removeFirst() }
        }
    }

    /// The clock was set back: what a schedule says after `now` is not due yet, and its records were withdrawn.
    func correctMisses(to now: CivilTime) {
        unwrittenRecords.removeAll { $0.instant > now && states[$0.job]?.entry.schedule != nil }
        for index in misses.indices { misses[index].correct(to: now) }
        misses.removeAll(where: \.isDone)
    }

    /// Promises move on only when all records before them are written.
    func settlePromises() async {
        guard unwrittenRecords.isEmpty else { return }
        await accountForEarlierLife()
        if await diary.generation != seenGeneration {
            seenGeneration = await diary.generation
            for name in order { states[name]?.isDirty = true }
        }
        let (own, earlier) = unfinishedPromises()
        for name in order { states[name]?.settle(before: own[name]?.accountedThrough) }
        let dirty = order.filter {
            states[$0]?.isDirty == true && states[$0]?.entry.promisedText != nil && earlier[$0] == nil
        }
        let promises = dirty.compactMap { states[$0]?.promise } + earlier.values.sorted { $0.job < $1.job }
        guard await diary.record(promises) else { return }
        for name in dirty { states[name]?.isDirty = false }
        await forgetDeparted(but: earlier)
    }

    /// Of the jobs with ``misses``: how far the account of their promise got. Those of an earlier promise stay in the
    /// history until all its instants have a record, and only then make way for the one that is in force.
    private func unfinishedPromises() -> (own: [String: SchedulePromise], earlier: [String: SchedulePromise]) {
        var own: [String: SchedulePromise] = [:]
        var earlier: [String: SchedulePromise] = [:]
        for promise in misses.map(\.promise).reversed() {
            let current = states[promise.job]?.promise
            if current?.schedule == promise.schedule, current?.since == promise.since {
                own[promise.job] = promise
            } else {
                earlier[promise.job] = promise
            }
        }
        return (own, earlier)
    }

    /// Removes the promises of jobs that are no more, once their last instants have a record.
    private func forgetDeparted(but unfinished: [String: SchedulePromise]) async {
        departed = departed.filter { states[$0]?.entry.promisedText == nil }
        let names = departed.filter { unfinished[$0] == nil }
        guard !names.isEmpty, await diary.removePromises(of: names.sorted()) else { return }
        departed.subtract(names)
    }
}
