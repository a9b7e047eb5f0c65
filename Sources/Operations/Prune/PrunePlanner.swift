import Foundation
import JobModel
import ObjectStorage

/// Turns what stores hold of a job into what is to be deleted in one of them. Pure.
struct PrunePlanner: Sendable {
    let request: PruneRequest
    let now: CivilTime

    /// `others` are the inventories of the job's other stores: a verification there counts here as well.
    func plan(for inventory: JobInventory, others: [JobInventory]) throws(RetentionPolicyError) -> PrunePlan {
        var plan = PrunePlan(store: inventory.url, job: request.job)
        if inventory.folders.isEmpty, inventory.strangers.isEmpty {
            plan.notes.append("there is nothing of the job \"\(request.job)\" in \(inventory.url)")
        }
        let facts = facts(of: inventory, others: others)
        if let note = note(on: facts, in: inventory.url) { plan.notes.append(note) }
        let weighed = RetentionFacts.weighed(facts, now: now, limit: request.shrinkLimit)
        var conditions = RetentionConditions(now: now, zone: request.zone)
        conditions.requiresVerified = request.requiresVerified
        plan.decisions = try request.policy.select(weighed, under: conditions)
        let deleted = Set(plan.decisions.filter { $0.action == .delete }.map(\.name))
        let folders = inventory.folders
        plan.deletions = folders.filter { deleted.contains($0.name.id.description) }.map(deletion)
        plan.weighings = weighings(before: facts, after: weighed).filter { !deleted.contains($0.name.id.description) }
        plan.staleMarks = folders.filter {
            $0.hasManifest && $0.standing.isBeingDeleted && !deleted.contains($0.name.id.description)
        }.map(\.name)
        plan.anchors = anchors(plan.decisions, folders)
        PruneSweep(inventory: inventory, abandonedAfter: request.abandonedAfter).add(to: &plan)
        return plan
    }

    // MARK: - Facts

    func facts(of inventory: JobInventory, others: [JobInventory]) -> [RetentionFacts] {
        let system = request.systemIdentifier ?? newestSystem([inventory] + others)
        let elsewhere = Elsewhere(others)
        let backups = inventory.folders.compactMap { folder -> RetentionFacts? in
            var facts = RetentionFacts(name: folder.name.id.description)
            facts.isPinned = folder.standing.isPinned
            facts.isAccepted = folder.standing.isAccepted
            facts.weight = folder.standing.weight
            facts.proof = folder.proof
            switch folder.contents {
            case .unfinished: return nil
            case .unreadable(let reason): facts.obstacle = .unreadable(reason: reason)
            case .backup(let digest):
                facts.size = digest.size
                facts.obstacle = obstacle(folder, digest, system: system, storeTime: inventory.storeTime)
                if digest.fault == nil, facts.proof == .none, elsewhere.isProven(folder, digest) {
                    facts.proof = .succeeded
                }
                if elsewhere.isAccepted(folder, digest) { facts.isAccepted = true }
            }
            return facts
        }
        return backups + inventory.strangers.map { RetentionFacts(name: $0) }
    }

    private func obstacle(
        _ folder: JobFolder, _ digest: BackupDigest, system: String?, storeTime: Date?
    ) -> RetentionFacts.Obstacle? {
        if !digest.isOf(BackupSeries(request.job)) { return .otherJob(digest.series) }
        if let system, digest.systemIdentifier != system { return .otherSystem(digest.systemIdentifier) }
        if let fault = digest.fault { return .notWhole(reason: fault) }
        guard let heartbeat = folder.heartbeat else { return nil }
        // The run is over once the manifest is there; a heartbeat that nobody removed says nothing when it is old.
        return heartbeat.isOlder(than: request.abandonedAfter, at: storeTime) ? nil : .inProgress
    }

    /// The system of the job's newest backup in any of its stores, where nobody has asked the server: a store that missed
    /// the last backups must not go by the system before.
    private func newestSystem(_ inventories: [JobInventory]) -> String? {
        let newestFirst = inventories.flatMap(\.folders).sorted { $0.name.id.description > $1.name.id.description }
        return newestFirst.lazy.compactMap { folder -> String? in
            guard case .backup(let digest) = folder.contents, digest.isOf(BackupSeries(request.job)),
                digest.fault == nil,
                folder.name.id.startedAt <= now
            else { return nil }
            return digest.systemIdentifier
        }.first
    }

    /// What was backed up from other systems, for instance before an upgrade by dump and restore, stays until somebody
    /// removes it.
    private func note(on facts: [RetentionFacts], in url: String) -> String? {
        let others = facts.compactMap { facts -> String? in
            if case .otherSystem = facts.obstacle { facts.name } else { nil }
        }
        guard let first = others.min() else { return nil }
        return
            "\(others.count) backups of \(request.job) in \(url) are of another system than the newest, from \(first) on: "
            + "they are kept and rotate nothing out; remove by hand those that nobody wants any more"
    }

    // MARK: - Steps

    func weighings(before: [RetentionFacts], after: [RetentionFacts]) -> [PrunePlan.Weighing] {
        let known = Set(before.filter { $0.weight != nil }.map(\.name))
        return after.compactMap { facts in
            guard let id = facts.id, let weight = facts.weight, !known.contains(facts.name) else { return nil }
            return PrunePlan.Weighing(name: BackupName(job: request.job, id: id), weight: weight)
        }
    }

    private func deletion(_ folder: JobFolder) -> PrunePlan.Deletion {
        PrunePlan.Deletion(
            name: folder.name, manifest: folder.manifest,
            data: folder.objects.map(\.key).filter { $0 != folder.manifest }, companions: folder.companions,
            bytes: folder.objects.reduce(0) { $0 + $1.sizeInBytes })
    }

    /// What every deletion relies on: the newest verified backup, and the newest good one.
    private func anchors(_ decisions: [RetentionDecision], _ folders: [JobFolder]) -> [ObjectKey] {
        let names = Set(
            decisions.filter { $0.reasons.contains(.newestVerified) || $0.reasons.contains(.newestGood) }.map(\.name))
        return folders.filter { names.contains($0.name.id.description) }.map(\.manifest)
    }
}

/// What other stores say of the very same backups: same name, same manifest.
private struct Elsewhere {
    private struct Identity: Hashable {
        let id: BackupID
        let manifestSHA256: String
    }

    private var proven: Set<Identity> = []
    private var accepted: Set<Identity> = []

    init(_ inventories: [JobInventory]) {
        for folder in inventories.flatMap(\.folders) {
            guard case .backup(let digest) = folder.contents else { continue }
            let identity = Identity(id: folder.name.id, manifestSHA256: digest.sha256)
            if folder.proof == .succeeded { proven.insert(identity) }
            if folder.standing.isAccepted { accepted.insert(identity) }
        }
    }

    func isProven(_ folder: JobFolder, _ digest: BackupDigest) -> Bool {
        proven.contains(Identity(id: folder.name.id, manifestSHA256: digest.sha256))
    }

    func isAccepted(_ folder: JobFolder, _ digest: BackupDigest) -> Bool {
        accepted.contains(Identity(id: folder.name.id, manifestSHA256: digest.sha256))
    }
}

extension JobFolder {
    /// Evidence and marks, but for the mark of a deletion, which goes last.
    var companions: [ObjectKey] {
        let last = key.description + BackupName.marksSuffix + "/" + BackupMark.deleting.rawValue
        return (evidence + marks).map(\.key).filter { $0.description != last }
    }
}

extension ObjectInfo {
    /// False where the time is not known.
    func isOlder(than age: Duration, at time: Date?) -> Bool {
        time.map { $0.timeIntervalSince(modifiedAt) > age / .seconds(1) } ?? false
    }
}
