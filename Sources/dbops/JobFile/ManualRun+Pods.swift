import Foundation
import JobModel
import Kubernetes
import Operations

extension ManualRun {
    /// Goes on for an earlier pod of the same Job: Kubernetes starts another one only when that is gone. Its run, which
    /// has the instant, is closed where it is open, and `run` becomes one that catches up. Throws ``InstantTakenError``
    /// where the instant's run is somebody else's, or ended by itself.
    func takeOver(_ run: Run, in diary: RunDiary) async throws -> Run {
        guard let scheduledAt, var earlier = await earlierRun(in: diary), isOfEarlierPod(earlier) else {
            throw InstantTakenError(job: job.name, instant: self.scheduledAt)
        }
        if earlier.outcome == nil {
            earlier.outcome = .interrupted
            earlier.reason = .crash
            earlier.message = RunReason.crash.sentence
            earlier.endedAt = CivilTime(Date())
            await diary.update(earlier)
        }
        StandardError.write(
            "An earlier pod ran \(job.name) for \(scheduledAt.text) and is gone; this run makes up for it.")
        let again = Run(
            id: run.id, job: run.job, kind: run.kind, trigger: .catchUp, scheduledAt: nil, startedAt: run.startedAt,
            host: run.host)
        if case .unavailable = await diary.claim([again]) { await diary.adopt([again]) }
        return again
    }

    private func earlierRun(in diary: RunDiary) async -> Run? {
        guard let scheduledAt else { return nil }
        var query = RunQuery()
        query.job = job.name
        query.since = scheduledAt
        query.until = CivilTime(secondsSinceEpoch: scheduledAt.secondsSinceEpoch + 1)
        return await diary.runs(query)?.first { $0.scheduledAt == scheduledAt }
    }

    /// What ended by itself, however, is not made up for.
    private func isOfEarlierPod(_ run: Run) -> Bool {
        guard let kubernetesJob, let host = ProcessIdentity(run.host)?.host, host != assembly.identity.host else {
            return false
        }
        let isBrokenOff = run.outcome == nil || run.outcome == .interrupted || run.outcome == .cancelled
        return isBrokenOff && CronJobRunName.isPod(host, of: kubernetesJob)
    }
}
