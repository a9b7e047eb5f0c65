import JobFile
import JobModel
import Testing

@testable import Operations

/// Reads what findings print for job files, as dbops itself would.
enum FragmentText {
    static func decode(_ fragment: String, database: String) throws -> Configuration {
        let stores = fragment.contains("[stores.") ? "" : "[stores.local]\nurl = \"file:///var/backups\"\n"
        let name = database.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let text =
            "[daemon]\ntimezone = \"UTC\"\n[databases.\"\(name)\"]\nurl = \"postgresql:///x\"\n\(stores)\(fragment)\n"
        let surroundings = JobFileSurroundings(folder: "/etc", zones: ZoneDatabase(), connectionComplaint: { _ in nil })
        return try JobFileDecoder(fileName: "fragment", surroundings: surroundings).decode(text).configuration
    }

    /// That a fragment, where there is one, is one job of this database.
    static func expectJob(
        _ fragment: String?, database: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        guard let fragment else { return }
        let jobs = try decode(fragment, database: database).jobs
        #expect(jobs.map(\.kind.database) == [database], "\(fragment)", sourceLocation: sourceLocation)
    }
}

@Suite struct AdviceFragmentTests {
    @Test func `each kind of fragment is a job as the job file's own reader reads it`() throws {
        let maintain = try FragmentText.decode(AdviceFragment.maintain("shop"), database: "shop").jobs
        #expect(maintain.map(\.name) == ["maintain-shop"])
        var settings = MaintainJob(database: "shop")
        settings.reindex = .bloated
        #expect(maintain.map(\.kind) == [.maintain(settings)])

        let own = try FragmentText.decode(AdviceFragment.backup("shop", store: nil), database: "shop")
        #expect(own.stores.map(\.name) == ["local"])
        #expect(own.jobs.map(\.kind) == [.backup(BackupJob(database: "shop", stores: ["local"]))])
        let given = try FragmentText.decode(AdviceFragment.backup("shop", store: "local"), database: "shop")
        #expect(given.jobs.map(\.name) == ["backup-shop"])

        let clean = AdviceFragment.clean(
            "shop", table: #"public."Old ""Notes""""#, column: "created_at", days: 90, condition: "read = true",
            fraction: 0.83)
        var expected = CleanJob(
            database: "shop", table: #"public."Old ""Notes""""#, column: "created_at", olderThan: .seconds(90 * 86_400))
        expected.condition = "read = true"
        expected.maxFraction = 1
        let jobs = try FragmentText.decode(clean, database: "shop").jobs
        #expect(jobs.map(\.kind) == [.clean(expected)])
    }

    @Test(arguments: [(0.1, 0.3), (0.25, 0.4), (0.5, 0.6), (0.55, 0.7), (0.95, 1)])
    func `the guard of a first clean-up is set just above what there is`(fraction: Double, guardian: Double) throws {
        let text = AdviceFragment.clean(
            "shop", table: "t", column: "c", days: 30, condition: nil, fraction: fraction)
        guard case .clean(let job)? = try FragmentText.decode(text, database: "shop").jobs.first?.kind else {
            Issue.record("no job of kind clean")
            return
        }
        #expect(job.maxFraction == guardian)
    }

    @Test(arguments: ["shop", "shop-2", "s_h"])
    func `names that a job file takes stay`(name: String) throws {
        try FragmentText.expectJob(AdviceFragment.maintain(name), database: name)
        try FragmentText.expectJob(AdviceFragment.backup(name, store: "local"), database: name)
    }

    @Test func `what a job of the job file does already is not proposed again`() {
        var server = ServerJudgementTests.server
        #expect(server.maintainFragment != nil)
        var configuration = Configuration()
        configuration.jobs = [
            Job(name: "care", kind: .maintain(MaintainJob(database: "shop"))),
            Job(name: "other", kind: .backup(BackupJob(database: "else", stores: ["a"]))),
        ]
        server.jobs = AdviceJobs(configuration, database: "shop")
        #expect(server.jobs?.maintenances == ["care"] && server.jobs?.backups == [])
        #expect(server.maintainFragment == nil)
        server.jobs = AdviceJobs(configuration, database: "else")
        #expect(server.maintainFragment != nil)
    }
}
