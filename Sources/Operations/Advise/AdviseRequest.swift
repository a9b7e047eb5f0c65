package import JobModel
package import Postgres

/// What the advisor is asked to look at, and how.
package struct AdviseRequest: Sendable {
    package var connection: ConnectionInfo
    /// Standbys of the server, which count what is used on them by themselves. Default: none.
    package var standbys: [ConnectionInfo] = []
    /// The admin console of a PgBouncer before the server. Default: none, and its checks are left out.
    package var pgbouncer: ConnectionInfo?
    /// What the job file does with the database. Default: no job file is at hand.
    package var jobs: AdviceJobs?
    /// Which checks, and what is accepted.
    package var settings: AdviseJob
    /// The checks to choose from. Default: all.
    package var checks = AdviceCheck.all

    /// A statement that takes longer makes its check one that could not be made. Default: 3 s.
    package var statementTimeout = Duration.seconds(3)

    /// A statement that waits longer for a lock makes its check one that could not be made.
    static let lockTimeout = Duration.milliseconds(100)

    package init(connection: ConnectionInfo, settings: AdviseJob) {
        self.connection = connection
        self.settings = settings
    }

    /// The checks that are asked for.
    var chosen: [AdviceCheck] { Self.checks(for: settings, among: checks, hasPgBouncer: pgbouncer != nil) }

    /// Of all checks those that these settings ask for. Those of PgBouncer only where there is one, or by name.
    package static func checks(
        for settings: AdviseJob, among checks: [AdviceCheck] = AdviceCheck.all, hasPgBouncer: Bool
    ) -> [AdviceCheck] {
        guard settings.only.isEmpty else { return checks.filter { settings.only.contains($0.id) } }
        let left = hasPgBouncer ? [] : Set(AdviceCheck.pooler.map(\.id))
        return checks.filter { !left.contains($0.id) }
    }
}
