import Foundation
import JobModel
import ObjectStorage

/// Finds what broken runs and broken deletions have left. Ages are by the store's clock, and without it, or without a
/// mark or a heartbeat, a leftover is told and stays.
struct PruneSweep: Sendable {
    let inventory: JobInventory
    let abandonedAfter: Duration

    func add(to plan: inout PrunePlan) {
        for folder in inventory.folders where !folder.hasManifest { add(folder, to: &plan) }
        let idle = Set(inventory.folders.filter { $0.hasManifest || !isAlive($0) }.map(\.name.id))
        plan.uploads = inventory.uploads.filter { upload in
            guard let id = id(of: upload), isOld(upload) else { return false }
            return idle.contains(id) || !inventory.folders.contains { $0.name.id == id }
        }
    }

    private func add(_ folder: JobFolder, to plan: inout PrunePlan) {
        if folder.standing.isBeingDeleted {
            plan.sweeps.append(sweep(folder, .deletion))
        } else if folder.objects.isEmpty {
            plan.notes.append("\(url(folder)) is gone, but its evidence or its marks are still there")
        } else if let heartbeat = folder.heartbeat {
            if isAlive(folder) {
                plan.notes.append("\(url(folder)) is in progress, or was until a short time ago")
            } else {
                plan.sweeps.append(sweep(folder, .abandoned(heartbeat: heartbeat)))
            }
        } else {
            plan.notes.append(
                "\(url(folder)) holds no manifest, and nothing that says whose it is: look at it, and remove it by hand"
            )
        }
    }

    private func sweep(_ folder: JobFolder, _ cause: PrunePlan.Sweep.Cause) -> PrunePlan.Sweep {
        PrunePlan.Sweep(
            name: folder.name, cause: cause,
            data: folder.objects.map(\.key).filter { $0 != folder.heartbeat?.key }, companions: folder.companions,
            bytes: folder.objects.reduce(0) { $0 + $1.sizeInBytes })
    }

    /// Whether anything in a folder is young. A heartbeat that could not be renewed is no sign of death while data
    /// still come.
    private func isAlive(_ folder: JobFolder) -> Bool {
        folder.objects.contains { !$0.isOlder(than: abandonedAfter, at: inventory.storeTime) }
            || inventory.uploads.contains { id(of: $0) == folder.name.id && !isOld($0) }
    }

    private func isOld(_ upload: UnfinishedUpload) -> Bool {
        inventory.storeTime.map { $0.timeIntervalSince(upload.touchedAt) > abandonedAfter / .seconds(1) } ?? false
    }

    /// Nil for an upload that is not below a backup of ours.
    private func id(of upload: UnfinishedUpload) -> BackupID? {
        let segments = upload.key.description.split(separator: "/").map(String.init)
        return segments.count > 2 ? BackupName.part(ofSegment: segments[1])?.id : nil
    }

    private func url(_ folder: JobFolder) -> String { "\(inventory.url)/\(folder.name.folder)" }
}
