extension RetentionFacts {
    /// The same backups, oldest first, each with a weight: the recorded one, else that of the good ones before it.
    package static func weighed(_ backups: [RetentionFacts], now: CivilTime, limit: Double) -> [RetentionFacts] {
        var before: [BackupSize] = []
        return inOrder(backups).map { backup in
            var backup = backup
            guard backup.isEligible(at: now), backup.proof != .failed else { return backup }
            if backup.weight == nil { backup.weight = BackupWeight(after: before, limit: limit) }
            guard backup.shrinkage == nil else { return backup }
            // Who accepts a smaller backup says what is usual from now on.
            if backup.isAccepted { before = [] }
            before.append(backup.size)
            return backup
        }
    }

    /// Oldest first.
    static func inOrder(_ backups: [RetentionFacts]) -> [RetentionFacts] {
        backups.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Whether it is a whole backup of this job, of the past.
    func isEligible(at now: CivilTime) -> Bool { id != nil && obstacle == nil && !isInFuture(at: now) }
}
