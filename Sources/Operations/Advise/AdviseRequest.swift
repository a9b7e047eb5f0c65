package import JobModel
package import Postgres

/// What the advisor is asked to look at, and how.
package struct AdviseRequest: Sendable {
    package var connection: ConnectionInfo
    /// Standbys of the server, which count what is used on them by themselves. Default: none.
    package var standbys: [ConnectionInfo] = []
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
    var chosen: [AdviceCheck] { Self.checks(for: settings, among: checks) }

    /// Of all checks those that these settings ask for.
    package static func checks(
        for settings: AdviseJob, among checks: [AdviceCheck] = AdviceCheck.all
    ) -> [AdviceCheck] {
        settings.only.isEmpty ? checks : checks.filter { settings.only.contains($0.id) }
    }
}
