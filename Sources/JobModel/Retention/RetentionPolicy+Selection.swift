extension RetentionPolicy {
    /// Decides what becomes of each folder of a job in one store; the oldest comes first.
    ///
    /// Backups have been weighed; see ``RetentionFacts/weighed(_:now:limit:)``. Only whole backups of this job count:
    /// one that is in progress, dated in the future, kept apart, or failed its verification neither fills a period
    /// nor pushes another one out. Never deleted are the newest good backup, the newest verified one, pinned ones,
    /// and what is not known to be a backup of this job. One that failed its verification goes when its time would
    /// have come anyway, and a newer one is verified.
    package func select(
        _ backups: [RetentionFacts], under conditions: RetentionConditions
    ) throws(RetentionPolicyError) -> [RetentionDecision] {
        try validate()
        return RetentionSelection(policy: self, backups: backups, conditions: conditions).decisions()
    }
}

private struct RetentionSelection {
    let policy: RetentionPolicy
    let conditions: RetentionConditions
    /// Newest first.
    let backups: [RetentionFacts]
    /// Those that count, newest first.
    let good: [RetentionFacts]
    let newestVerified: RetentionFacts?

    init(policy: RetentionPolicy, backups: [RetentionFacts], conditions: RetentionConditions) {
        self.policy = policy
        self.conditions = conditions
        self.backups = RetentionFacts.inOrder(backups).reversed()
        good = self.backups.filter {
            $0.isEligible(at: conditions.now) && $0.proof != .failed && $0.shrinkage == nil
        }
        newestVerified = good.first { $0.proof == .succeeded }
    }

    func decisions() -> [RetentionDecision] {
        let rules = reasonsByRule(among: good)
        let rulesWithFailed = reasonsByRule(
            among: backups.filter { exclusion(of: $0).map { $0 == [.failedVerification] } ?? true })
        var isNewerThanProof = true
        let decisions = backups.map { backup in
            if backup.name == newestVerified?.name { isNewerThanProof = false }
            let protections = protections(of: backup, isNewerThanProof: isNewerThanProof)
            guard isMerelyFailed(backup) else {
                return decision(
                    on: backup, (exclusion(of: backup) ?? rules[backup.name, default: []]) + protections,
                    otherwise: .noRule)
            }
            let reasons = rulesWithFailed[backup.name, default: []] + protections
            return decision(
                on: backup, reasons.isEmpty && !isNewerThanProof ? [] : [.failedVerification] + reasons,
                otherwise: .failedBeforeNewerProof)
        }
        return decisions.reversed()
    }

    private func decision(
        on backup: RetentionFacts, _ reasons: [RetentionReason], otherwise: RetentionReason
    ) -> RetentionDecision {
        reasons.isEmpty
            ? RetentionDecision(name: backup.name, action: .delete, reasons: [otherwise])
            : RetentionDecision(name: backup.name, action: .keep, reasons: reasons)
    }

    /// It failed its verification, and nothing else is the matter.
    private func isMerelyFailed(_ backup: RetentionFacts) -> Bool { exclusion(of: backup) == [.failedVerification] }

    // MARK: - Rules

    /// By name; those of `candidates`, newest first, that a rule keeps.
    private func reasonsByRule(among candidates: [RetentionFacts]) -> [String: [RetentionReason]] {
        var reasons: [String: [RetentionReason]] = [:]
        for (index, backup) in candidates.prefix(policy.last).enumerated() {
            reasons[backup.name, default: []].append(.last(rank: index + 1, of: policy.last))
        }
        if let within = policy.within {
            for backup in candidates where age(of: backup) <= within {
                reasons[backup.name, default: []].append(.within(within))
            }
        }
        for period in RetentionPeriod.allCases {
            for (backup, name) in newestOfEach(period, candidates).prefix(period.count(in: policy)) {
                reasons[backup.name, default: []].append(.period(period, name))
            }
        }
        return reasons
    }

    private func newestOfEach(
        _ period: RetentionPeriod, _ candidates: [RetentionFacts]
    ) -> [(RetentionFacts, String)] {
        guard period.count(in: policy) > 0 else { return [] }
        var seen: Set<String> = []
        return candidates.compactMap { backup in
            guard let instant = backup.id?.startedAt else { return nil }
            let name = period.name(of: instant, offset: conditions.offset(instant))
            return seen.insert(name).inserted ? (backup, name) : nil
        }
    }

    private func age(of backup: RetentionFacts) -> Duration {
        let start = backup.id?.startedAt ?? conditions.now
        return .seconds(conditions.now.secondsSinceEpoch - start.secondsSinceEpoch)
    }

    // MARK: - Protection

    /// Why a folder does not count; nil where it does.
    private func exclusion(of backup: RetentionFacts) -> [RetentionReason]? {
        guard backup.id != nil else { return [.unknownName] }
        switch backup.obstacle {
        case .unreadable(let reason): return [.unreadable(reason)]
        case .otherJob(let job): return [.otherJob(job)]
        case .otherSystem(let identifier): return [.otherSystem(identifier)]
        case .notWhole(let reason): return [.notWhole(reason)]
        case .inProgress: return [.inProgress]
        case nil: break
        }
        if backup.isInFuture(at: conditions.now) { return [.inFuture] }
        var reasons: [RetentionReason] = []
        if backup.proof == .failed { reasons.append(.failedVerification) }
        if let shrinkage = backup.shrinkage { reasons.append(.keptApart(shrinkage)) }
        return reasons.isEmpty ? nil : reasons
    }

    private func protections(of backup: RetentionFacts, isNewerThanProof: Bool) -> [RetentionReason] {
        let always: [RetentionReason] =
            (backup.isPinned ? [.pinned] : []) + (conditions.isListingComplete ? [] : [.listingIncomplete])
        guard backup.isEligible(at: conditions.now) else { return always }
        var reasons: [RetentionReason] = []
        if backup.name == good.first?.name { reasons.append(.newestGood) }
        if backup.name == newestVerified?.name { reasons.append(.newestVerified) }
        if conditions.requiresVerified, newestVerified == nil { reasons.append(.nothingVerified) }
        if conditions.requiresVerified, newestVerified != nil, isNewerThanProof {
            reasons.append(.newerThanNewestVerified)
        }
        return reasons + always
    }
}
