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

    package init(connection: ConnectionInfo, settings: AdviseJob) {
        self.connection = connection
        self.settings = settings
    }

    /// The checks that are asked for.
    package var chosen: [AdviceCheck] {
        settings.only.isEmpty ? checks : checks.filter { settings.only.contains($0.id) }
    }
}
