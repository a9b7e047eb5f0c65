import JobModel

extension ThrottleLimits {
    /// What the facts allow. A single fact beyond its limit is enough.
    package func decide(_ facts: ThrottleFacts) -> ThrottleDecision {
        let measured = measures(facts)
        let critical = measured.filter(\.isCritical).map(\.text)
        guard critical.isEmpty else { return .abort(critical) }
        let reasons = measured.map(\.text) + companions(facts)
        return reasons.isEmpty ? .proceed : .pause(reasons)
    }

    private struct Excess {
        let text: String
        let isCritical: Bool
    }

    private func measures(_ facts: ThrottleFacts) -> [Excess] {
        [
            Self.excess(facts.replayLagBytes, over: replayLagBytes) {
                "a standby is \(Quantities.bytes(Int($0))) behind"
            },
            Self.excess(facts.replayLag, over: replayLag) { "a standby is \($0.components.seconds) s behind" },
            slotExcess(facts),
            Self.excess(facts.archiveBacklogInSegments, over: archiveBacklogInSegments) {
                "\(Quantities.count($0)) WAL segments wait to be archived"
            },
            Self.excess(facts.lockWaiters, over: lockWaiters) { "\($0) sessions wait for locks" },
        ].compactMap { $0 }
    }

    private func slotExcess(_ facts: ThrottleFacts) -> Excess? {
        guard let slot = facts.slot else { return nil }
        let kept = "the slot \(slot.name) keeps \(Quantities.bytes(Int(slot.retainedBytes))) of WAL"
        guard let limit = facts.slotLimitBytes, limit > 0 else {
            return Self.excess(slot.retainedBytes, over: slotBytes) { _ in kept }
        }
        return Self.excess(Double(slot.retainedBytes) / Double(limit), over: slotFraction) { _ in
            "\(kept) of the \(Quantities.bytes(Int(limit))) that max_slot_wal_keep_size allows"
        }
    }

    private static func excess<Value>(
        _ value: Value, over limit: Pair<Value>, _ text: (Value) -> String
    ) -> Excess? {
        value > limit.pause ? Excess(text: text(value), isCritical: value > limit.abort) : nil
    }

    /// What passes by itself.
    private func companions(_ facts: ThrottleFacts) -> [String] {
        var reasons: [String] = []
        if facts.isArchiverFailing { reasons.append("WAL segments cannot be archived at present") }
        if facts.activeBackends > activeBackends { reasons.append("\(facts.activeBackends) sessions are active") }
        reasons += facts.vacuumedTables.map { "\($0) is being vacuumed" }
        reasons += facts.backups.map { "the database is being copied by \"\($0)\"" }
        return reasons
    }
}
