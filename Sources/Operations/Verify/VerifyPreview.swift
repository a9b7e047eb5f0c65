import Archive
package import JobModel
import Postgres

/// Which backup a verification would prove, and where.
package struct VerifyPreview: Sendable, Encodable {
    package let backup: String
    package let url: String
    package let database: String
    package let startedAt: CivilTime
    /// How it was picked: `newest`, `random`, `oldest-unverified`.
    package let which: String
    /// When it was last verified; nil where it never was.
    package let verifiedAt: CivilTime?
    package let tables: Int
    package let rows: Int
    package let bytesRaw: Int
    /// Where the scratch database would be made, for people.
    package let server: String
    /// Sessions that would load and compare at the same time.
    package let jobs: Int
    /// What would be asked of the restored database.
    package let checks: [Check]
    package let amcheck: Bool
    package let timeBudgetSeconds: Int64?

    package struct Check: Sendable, Encodable {
        package let name: String
        package let expected: String
    }

    init(_ entry: BackupCatalog.Entry, which: VerifyJob.Choice, settings: VerifySettings) {
        let manifest = entry.manifest
        backup = entry.name.id.description
        url = entry.url
        database = manifest.database.text
        startedAt = manifest.startedAt
        self.which = which.rawValue
        verifiedAt = entry.verification?.verifiedAt
        tables = manifest.totals.tables
        rows = manifest.totals.rows
        bytesRaw = manifest.totals.bytesRaw
        server =
            settings.server?.displayText
            ?? "a throw-away cluster of PostgreSQL \(manifest.server.versionNumber / 10_000) or newer"
        jobs = settings.jobs
        checks = settings.checks.map { Check(name: $0.name, expected: $0.expectedText) }
        amcheck = settings.runsAmcheck
        timeBudgetSeconds = settings.timeBudget?.components.seconds
    }
}
