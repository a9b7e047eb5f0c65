import Daemon
import Foundation
import JobModel
import Logging
import ObjectStorage
import Operations

/// Puts the daemon together.
extension Assembly {
    /// The scheduler of a daemon, with the history in `diary`.
    func scheduler(
        _ settings: DaemonSettings, diary: RunDiary, outbox: NoticeOutbox, runner: JobRunner, logger: Logger
    ) -> Scheduler {
        let identity = identity
        let zones = zones
        return Scheduler(
            settings: settings, clock: SystemWallClock(), notBefore: Version.madeAt, diary: diary,
            host: identity.description, logger: logger,
            lastKnownInstant: { entry in await lastBackup(of: entry) },
            readSchedule: { Schedule(reading: $0.schedule, zones: zones) },
            isGone: { run, lastBeat, now in Self.isGone(run, lastBeat, now, here: identity) },
            announce: { entry, runs in
                await Notifications(configuration: entry.configuration, outbox: outbox, clock: SystemWallClock())
                    .unstarted(entry.job, runs)
            },
            execute: { entry, run, stop in
                await runner.run(entry.job, of: entry.configuration, as: run, stop: stop).run
            })
    }

    /// A process of this machine is looked for; one of another has said for long enough that it does not live.
    private static func isGone(_ run: Run, _ lastBeat: CivilTime?, _ now: CivilTime, here: ProcessIdentity) -> Bool {
        if let owner = ProcessIdentity(run.host), owner.host == here.host { return !owner.livesHere }
        let lastSign = max(lastBeat ?? run.startedAt ?? now, run.startedAt ?? now)
        return now.secondsSinceEpoch - lastSign.secondsSinceEpoch > 300
    }

    /// When the newest backup of a job began that its primary store holds; nil where that cannot be told in time.
    private func lastBackup(of entry: ScheduledJob) async -> CivilTime? {
        guard case .backup(let backup) = entry.job.kind, let name = backup.stores.first,
            let target = entry.configuration.store(named: name), let store = try? targets.store(target)
        else { return nil }
        return await withTaskGroup(of: CivilTime?.self) { group in
            group.addTask { try? await BackupCatalog(store: store).newestInstant(of: entry.job.name) }
            group.addTask {
                try? await Task.sleep(for: .seconds(30))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
