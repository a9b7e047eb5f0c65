import JobModel
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Archive
@testable import Operations

/// pg_cron, which a server takes in one database only.
@Suite(.enabled(if: InstalledExtension.binFolder(with: "pg_cron") != nil, "pg_cron is not installed"))
struct CronExtensionTests {
    private static let script: ServerText = """
        CREATE EXTENSION pg_cron; CREATE TABLE t AS SELECT n FROM generate_series(1, 10) n; CREATE ROLE app;
        SELECT cron.schedule('nightly', '0 3 * * *', 'VACUUM'); SELECT cron.schedule('hourly', '7 * * * *', 'SELECT 1');
        GRANT USAGE ON SCHEMA cron TO app; CREATE VIEW jobs AS SELECT jobname FROM cron.job; GRANT SELECT ON jobs TO app;
        """

    private func with(_ body: (Workbench, BackupReport) async throws -> Void) async throws {
        let settings = ["shared_preload_libraries": "pg_cron", "cron.database_name": "shop"]
        let binFolder = try #require(InstalledExtension.binFolder(with: "pg_cron"))
        try await ScratchCluster.with(binFolder, settings: settings) { cluster in
            try await Workbench.with(Self.script, on: cluster, database: "shop") { bench in
                // Its own sessions would count as left behind.
                try await bench.psql("UPDATE cron.job SET active = false")
                try await body(bench, try await bench.backUp())
            }
        }
    }

    private func restore(
        _ backup: BackupReport, _ bench: Workbench, _ destination: RestoreRequest.Destination, database: String?
    ) async throws -> RestoreReport {
        let target = database.map { bench.database.with(database: $0) } ?? bench.database
        let request = RestoreRequest(target: target, destination: destination)
        return try await RestoreOperation(
            context: bench.context(), source: try await bench.source(backup), request: request
        ).execute()
    }

    private static let sentence =
        "not restored, on purpose: the extension pg_cron, which a server takes only in the database that "
        + "cron.database_name names"

    @Test func `its rows are in the backup, and the proof says that it was left out`() async throws {
        try await with { bench, backup in
            let jobs = try #require(backup.manifest.tables.first { $0.displayName == "cron.job" })
            #expect(jobs.rows == 2)
            for server in [nil, bench.database] {
                let report = try await bench.verify(backup) { $0.server = server }
                #expect(report.failures == [:])
                let inventory = try #require(report.checks.first { $0.name == "inventory" })
                let detail = try #require(inventory.details.first { $0.hasPrefix(Self.sentence) })
                #expect(detail.contains("cron.job (2 rows, \(jobs.file))"))
                #expect(detail.contains("VIEW public.jobs"))
            }
        }
    }

    @Test func `a restore into another database says so, and makes all the rest`() async throws {
        try await with { bench, backup in
            let report = try await restore(backup, bench, .new, database: "copy")
            #expect(report.outcome == .succeeded)
            #expect(report.warnings.first?.hasPrefix(Self.sentence) == true)
            #expect(report.warnings.contains { $0.contains("CREATE EXTENSION pg_cron") })
            #expect(report.manifest.totals.rows == 10)
            #expect(try await bench.cluster.psql("SELECT count(*) FROM t", database: "copy") == "10")
            let replaced = try await restore(
                backup, bench, .replacing("copy", disconnects: false), database: "copy"
            )
            #expect(replaced.checks.allSatisfy { $0.verdict != .failed })
        }
    }

    @Test func `in the database that the server names it comes back with its jobs`() async throws {
        try await with { bench, backup in
            try await bench.cluster.psql("DROP DATABASE shop WITH (FORCE)")
            let report = try await restore(backup, bench, .new, database: "shop")
            #expect(report.warnings.filter { $0.contains("pg_cron") } == [])
            let names = try await bench.cluster.psql(
                "SELECT string_agg(jobname, ',' ORDER BY jobname) FROM cron.job", database: "shop")
            #expect(names == "hourly,nightly")
            #expect(try await bench.cluster.psql("SELECT count(*) FROM jobs", database: "shop") == "2")
        }
    }
}
