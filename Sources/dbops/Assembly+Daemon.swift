import Daemon
import Foundation
import JobModel
import Logging
import ObjectStorage
import Operations

/// Puts the daemon together.
extension Assembly {
    /// The scheduler of a daemon, with the history in `diary`; what runs tell goes to `live`.
    func scheduler(
        _ settings: DaemonSettings, diary: RunDiary, outbox: NoticeOutbox, runner: JobRunner, live: LiveProgress,
        logger: Logger
    ) -> Scheduler {
        let identity = identity
        let zones = zones
        let begunAt = ContinuousClock.now
        return Scheduler(
            settings: settings, clock: SystemWallClock(), notBefore: Version.madeAt, diary: diary,
            host: identity.description, logger: logger,
            lastKnownInstants: { entries in await lastBackups(of: entries) },
            readSchedule: { Schedule(reading: $0.schedule, zones: zones) },
            uptime: { ContinuousClock.now - begunAt },
            isGone: { run, silence in Self.isGone(run, silence, here: identity) },
            announce: { entry, runs in
                await Notifications(configuration: entry.configuration, outbox: outbox, clock: SystemWallClock())
                    .unstarted(entry.job, runs)
            },
            execute: { entry, run, stop in
                await live.following(run.id) { reporter in
                    await runner.telling(reporter).run(entry.job, of: entry.configuration, as: run, stop: stop).run
                }
            })
    }

    /// A process of this machine is looked for; one of another has not said for long enough that it lives.
    private static func isGone(_ run: Run, _ silence: Duration, here: ProcessIdentity) -> Bool {
        if let owner = ProcessIdentity(run.host), owner.host == here.host { return !owner.livesHere }
        return silence > .seconds(300)
    }

    /// When the newest backup of each job began that its primary store holds, without those of which that cannot be told
    /// in time. A store is opened once, however many jobs use it.
    private func lastBackups(of entries: [ScheduledJob]) async -> [String: CivilTime] {
        var stores: [StoreLocation: (target: StoreTarget, jobs: [String])] = [:]
        let several = Set(entries.filter { $0.job.backup?.databases != nil }.map(\.job.name))
        for entry in entries {
            guard let target = primaryStore(of: entry) else { continue }
            stores[target.location, default: (target, [])].jobs.append(entry.job.name)
        }
        return await withTaskGroup(of: [String: CivilTime].self) { group in
            for (target, jobs) in stores.values {
                guard let store = try? targets.store(target) else { continue }
                group.addTask {
                    await BackupCatalog(store: store).newestInstants(of: jobs, several: several, within: .seconds(30))
                }
            }
            return await group.reduce(into: [:]) { known, found in known.merge(found) { first, _ in first } }
        }
    }

    private func primaryStore(of entry: ScheduledJob) -> StoreTarget? {
        guard case .backup(let backup) = entry.job.kind else { return nil }
        return backup.stores.first.flatMap(entry.configuration.store)
    }
}
