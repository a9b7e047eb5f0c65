package import JobModel
import ObjectStorage
import Postgres

/// `dbops doctor`: what is wrong with an installation, as far as this machine, and the job file where there is one,
/// tell. Changes nothing, but for what it makes and removes again: an object in each store, a throw-away cluster.
package struct Examination: Sendable {
    private let context: OperationContext
    private let targets: TargetOpener

    package init(context: OperationContext, targets: TargetOpener) {
        self.context = context
        self.targets = targets
    }

    /// Of this machine alone. Throws on cancellation only.
    package func examine(_ host: HostFacts) -> [CheckFinding] { HostJudgment(facts: host).findings }

    /// One throw-away cluster, where there are programs for it.
    package func tryCluster(_ host: HostFacts, atLeast major: Int? = nil) async throws -> [CheckFinding] {
        guard !host.serverPrograms.isEmpty else { return [] }
        return [try await ClusterTrial(context: context, major: major).run()]
    }

    /// What the job file names, and a throw-away cluster for the newest of its servers. Throws on cancellation only.
    package func examine(_ configuration: Configuration, _ host: HostFacts) async throws -> [CheckFinding] {
        var findings = try await TargetsCheck(
            context: context, configuration: configuration, targets: targets
        ).run()
        var majors: [Int] = []
        for database in configuration.databases {
            guard let connection = try? targets.primary(of: database) else { continue }
            let outcome = try await DatabaseExamination(
                context: context, subject: "database \(database.name)", connection: connection,
                isProvenHere: database.scratch == .throwAwayCluster
            ).run()
            if database.scratch == .throwAwayCluster, let major = outcome.major { majors.append(major) }
            findings += outcome.findings
        }
        for target in configuration.stores {
            guard let store = try? targets.store(target) else { continue }
            findings += try await StoreExamination(
                context: context, subject: "store \(target.name)", store: store,
                jobs: configuration.jobs.filter { Self.isWritten(target.name, by: $0) }.map(\.name)
            ).run()
        }
        return findings + (try await tryCluster(host, atLeast: majors.max()))
    }

    private static func isWritten(_ store: String, by job: Job) -> Bool {
        guard case .backup(let backup) = job.kind else { return false }
        return backup.stores.contains(store)
    }
}
