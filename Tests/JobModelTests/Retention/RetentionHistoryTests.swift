import Testing

@testable import JobModel

/// Random lives of a store: backups that succeed, fail or shrink, verifications, pins, clocks that step, deletions by
/// hand; and at every prune what must hold whatever came before.
struct RetentionHistoryTests {
    private struct World {
        var dice: CronDice
        var policy = RetentionPolicy()
        var requiresVerified: Bool
        var now: CivilTime
        var folders: [RetentionFacts] = []
        var rows = 10_000
        var made = 0

        init(seed: UInt64) {
            dice = CronDice(seed: seed)
            now = CivilTime.at("2026-01-01").advanced(by: Int.random(in: 0..<100_000_000, using: &dice))
            requiresVerified = Bool.random(using: &dice)
            policy.last = chance(2) ? Int.random(in: 1...4, using: &dice) : 0
            policy.hourly = chance(3) ? Int.random(in: 1...6, using: &dice) : 0
            policy.daily = chance(2) ? Int.random(in: 1...5, using: &dice) : 0
            policy.weekly = chance(3) ? 2 : 0
            policy.monthly = chance(4) ? 2 : 0
            policy.yearly = chance(5) ? 1 : 0
            policy.within = chance(3) ? .seconds(Int.random(in: 1...200_000, using: &dice)) : nil
            if (try? policy.validate()) == nil { policy.daily = 2 }
        }

        mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &dice) == 0 }

        mutating func change(_ body: (inout RetentionFacts) -> Void) {
            guard let index = folders.indices.randomElement(using: &dice) else { return }
            body(&folders[index])
        }

        mutating func live() {
            now = now.advanced(by: Int.random(in: 60...130_000, using: &dice))
            switch Int.random(in: 0..<24, using: &dice) {
            case 0: now = now.advanced(by: Int.random(in: -400_000...0, using: &dice))
            case 1: now = now.advanced(by: Int.random(in: 0...40_000_000, using: &dice))
            case 2: backUp { $0.obstacle = .inProgress }
            case 3: backUp { $0.obstacle = .otherSystem("2") }
            case 4: backUp { $0.obstacle = .otherJob("else") }
            case 5: backUp { $0.obstacle = .unreadable(reason: "torn") }
            case 6: backUp { $0.size.rows /= 10 }
            case 7: rows = max(10, rows / 3)
            case 8: folders.append(RetentionFacts(name: "notes-\(made)"))
            case 9: change { if $0.obstacle == .inProgress { $0.obstacle = nil } }
            case 10: change { $0.isPinned.toggle() }
            case 11: change { $0.isAccepted = true }
            case 12, 13: change { $0.proof = .succeeded }
            case 14: change { $0.proof = .failed }
            case 15:
                if let index = folders.indices.randomElement(using: &dice) { folders.remove(at: index) }
            default: backUp { _ in }
            }
        }

        mutating func backUp(_ change: (inout RetentionFacts) -> Void) {
            made += 1
            rows += Int.random(in: -200...400, using: &dice)
            let letters = Array("abcdefghijklmnopqrstuvwxyz234567")
            let suffix = String((0..<6).map { letters[(made >> ($0 * 5)) & 31] })
            var facts = RetentionFacts.good(at: now, suffix: suffix) {
                $0.size = BackupSize(rows: rows, bytesRaw: 10 * rows)
                $0.weight = nil
            }
            change(&facts)
            folders.append(facts)
        }

        mutating func conditions() -> RetentionConditions {
            var conditions = RetentionConditions(now: now)
            conditions.requiresVerified = requiresVerified
            conditions.isListingComplete = !chance(12)
            return conditions
        }
    }

    @Test(arguments: 0..<8)
    func `whatever happened before, a prune deletes nothing that it must not`(_ part: Int) throws {
        for number in 0..<500 {
            var world = World(seed: UInt64(part * 100_000 + number))
            for _ in 0..<30 {
                world.live()
                if world.chance(2) { try prune(&world) }
            }
        }
    }

    private func prune(_ world: inout World) throws {
        let conditions = world.conditions()
        let apart = Set(world.folders.filter { $0.shrinkage != nil }.map(\.name))
        world.folders = RetentionFacts.weighed(world.folders, now: world.now, limit: 0.5)
        // Who was kept apart before still is: those deleted meanwhile make no difference.
        try #require(apart.isSubset(of: world.folders.filter { $0.shrinkage != nil }.map(\.name)))
        let decisions = try world.policy.select(world.folders, under: conditions)
        try #require(decisions.map(\.name) == world.folders.map(\.name))
        try #require(decisions.allSatisfy { !$0.reasons.isEmpty })
        let deleted = Set(decisions.filter { $0.action == .delete }.map(\.name))
        try check(world, conditions, deleted)
        try checkThatStraysPushNothingOut(world, conditions, deleted)
        world.folders.removeAll { deleted.contains($0.name) }
        let again = try world.policy.select(world.folders, under: conditions)
        try #require(again.allSatisfy { $0.action == .keep })
    }

    private func check(_ world: World, _ conditions: RetentionConditions, _ deleted: Set<String>) throws {
        if !conditions.isListingComplete { try #require(deleted.isEmpty) }
        let good = world.folders.filter {
            $0.id.map { $0.startedAt <= world.now } == true && $0.obstacle == nil && $0.proof != .failed
                && $0.shrinkage == nil
        }
        for folder in world.folders where deleted.contains(folder.name) {
            try #require(!folder.isPinned && folder.obstacle == nil && folder.shrinkage == nil)
            try #require(folder.id.map { $0.startedAt <= world.now } == true)
            try #require(folder.name != good.map(\.name).max())
        }
        let proven = good.filter { $0.proof == .succeeded }.map(\.name).max()
        if let proven { try #require(!deleted.contains(proven)) }
        if world.requiresVerified {
            try #require(deleted.allSatisfy { name in proven.map { name < $0 } ?? false })
        }
        let remaining = good.filter { !deleted.contains($0.name) }
        try #require(remaining.count >= min(good.count, max(1, world.policy.last)))
        if let within = world.policy.within {
            let young = good.filter {
                .seconds(world.now.secondsSinceEpoch - ($0.id?.startedAt.secondsSinceEpoch ?? 0)) <= within
            }
            try #require(young.allSatisfy { !deleted.contains($0.name) })
        }
    }

    /// What does not count might as well not be there.
    private func checkThatStraysPushNothingOut(
        _ world: World, _ conditions: RetentionConditions, _ deleted: Set<String>
    ) throws {
        let counted = world.folders.filter {
            $0.obstacle == nil && $0.shrinkage == nil && $0.proof != .failed
                && $0.id.map { $0.startedAt <= world.now } == true
        }
        let alone = try world.policy.select(counted, under: conditions)
        let expected = Set(alone.filter { $0.action == .delete }.map(\.name))
        try #require(deleted.intersection(counted.map(\.name)) == expected)
    }
}
