package import JobModel

extension BackupCatalog {
    /// Jobs that are asked about at the same time.
    private static let askedAtOnce = 8

    private enum Answer: Sendable {
        case instant(CivilTime?, job: String)
        case timeIsUp
    }

    /// When the newest backup of each job began, by its name. Without those that have none, that could not be read, or
    /// that were not reached within `patience`, which counts for all of them together.
    /// Of those that are `several`, jobs of several databases, it is the newest of any of these.
    package func newestInstants(
        of jobs: [String], several: Set<String> = [], within patience: Duration
    ) async -> [String: CivilTime] {
        await withTaskGroup(of: Answer.self) { group in
            var rest = jobs[...]
            for job in rest.prefix(Self.askedAtOnce) { group.addTask { await answer(about: job, several) } }
            rest = rest.dropFirst(Self.askedAtOnce)
            group.addTask {
                try? await Task.sleep(for: patience)
                return .timeIsUp
            }
            var known: [String: CivilTime] = [:]
            var missing = jobs.count
            while missing > 0, case .instant(let instant, let job) = await group.next() {
                known[job] = instant
                missing -= 1
                if let next = rest.popFirst() { group.addTask { await answer(about: next, several) } }
            }
            group.cancelAll()
            return known
        }
    }

    private func answer(about job: String, _ several: Set<String>) async -> Answer {
        guard several.contains(job) else { return .instant(try? await newestInstant(of: job), job: job) }
        return .instant(try? await newestInstant(ofJobWithDatabases: job), job: job)
    }
}
