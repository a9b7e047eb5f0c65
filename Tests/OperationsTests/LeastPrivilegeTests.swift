import Archive
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

/// The roles of docs/least-privilege.md do their work with the SQL that stands there, and not with less.
@Suite struct LeastPrivilegeTests {
    private static let shop: ServerText = """
        CREATE ROLE shop_owner; CREATE SCHEMA app AUTHORIZATION shop_owner; SET ROLE shop_owner;
        CREATE TABLE app.sessions (id bigserial PRIMARY KEY, expires_at timestamptz NOT NULL);
        CREATE INDEX ON app.sessions (expires_at);
        INSERT INTO app.sessions (expires_at) SELECT now() - n * interval '1 day' FROM generate_series(1, 100) n;
        CREATE TABLE app.guarded AS SELECT 1 AS n; ALTER TABLE app.guarded ENABLE ROW LEVEL SECURITY;
        CREATE TABLE app.dead AS SELECT n FROM generate_series(1, 5000) n;
        SELECT lo_from_bytea(4711, 'large');
        RESET ROLE; ANALYZE; DELETE FROM app.dead; REVOKE CONNECT ON DATABASE shop FROM PUBLIC;
        """

    /// PostgreSQL 15, and one with `pg_maintain`.
    private static let binFolders: [String] = {
        let all = ScratchCluster.binFolders
        return Array(Set([all.first, all.last].compactMap { $0 })).sorted()
    }()

    private func with(
        _ binFolder: String, _ body: (Workbench, PrivilegeGuide) async throws -> Void
    ) async throws {
        try await ScratchCluster.with(binFolder) { cluster in
            try await Workbench.with(Self.shop.counted, on: cluster, database: "shop") { bench in
                let guide = try PrivilegeGuide(major: cluster.version.major)
                for statement in guide.blocks.joined() { try await bench.psql(ServerText(statement)) }
                try await body(bench, guide)
            }
        }
    }

    // MARK: - The work of each role

    private struct Work: Sendable {
        let role: String
        /// What the run had to say, where it succeeded; else what it failed with.
        let run: @Sendable (Workbench, ConnectionInfo) async throws -> (succeeded: Bool, words: [String])
    }

    private static let works = [
        Work(role: "dbops_backup") { bench, connection in
            let report = try await bench.backUp(connection: connection)
            return (report.outcome == .succeeded, report.warnings)
        },
        Work(role: "dbops_scratch") { bench, connection in
            let report = try await bench.verify(try await bench.backUp()) {
                $0.server = connection.with(database: "postgres")
            }
            return (report.outcome == .succeeded, report.checks.filter { $0.verdict == .failed }.flatMap(\.details))
        },
        Work(role: "dbops_maintain") { bench, connection in
            let report = try await bench.maintain(connection: connection) { $0.tables = [TablePattern("app.*")!] }
            return (report.outcome == .succeeded, report.warnings + report.steps.compactMap(\.message))
        },
        Work(role: "dbops_clean") { bench, connection in
            let job = CleanJob(
                database: "shop", table: "app.sessions", column: "expires_at", olderThan: .seconds(80 * 86_400))
            let report = try await CleanOperation(
                context: bench.context(), connection: connection, job: job, jobName: "tidy", memory: NoJobMemory(),
                tuning: CleanBench.tuning
            ).execute()
            return (report.outcome == .succeeded, report.warnings)
        },
        Work(role: "dbops_advise") { bench, connection in
            let request = AdviseRequest(connection: connection, settings: AdviseJob(database: "shop"))
            let report = try await AdviseOperation(
                context: bench.context(), request: request, memory: NoJobMemory()
            ).execute()
            // What a run passes over is told by `dbops check --connect`.
            let session = try await Session.openForLooking(connection, applicationName: "dbops test")
            let privileges = try await AdvicePrivileges.gather(session)
            await session.close()
            let gaps = AdviseCheck.findings(privileges, "database shop", "advise", role: "dbops_advise")
            // A server that was started just now has nothing to say about long times.
            let reasons = report.notChecked.map(\.reason).filter { !$0.contains("have been counted for") }
            return (reasons.isEmpty, reasons + gaps.flatMap(\.statements))
        },
    ]

    private func words(of work: Work, _ bench: Workbench) async throws -> (succeeded: Bool, words: [String]) {
        let before = bench.reporter.events.count
        var outcome: (succeeded: Bool, words: [String])
        do {
            outcome = try await work.run(bench, bench.database.with(user: work.role))
        } catch let error as any UserFacingError {
            outcome = (false, [error.message, error.hint ?? ""])
        }
        for case .warning(let text) in bench.reporter.events.dropFirst(before) { outcome.words.append(text) }
        return outcome
    }

    @Test(arguments: binFolders)
    func `do their work`(binFolder: String) async throws {
        try await with(binFolder) { bench, _ in
            for work in Self.works {
                let (succeeded, words) = try await words(of: work, bench)
                #expect(succeeded, "\(work.role): \(words)")
                #expect(!words.contains { $0.contains("GRANT") }, "\(work.role): \(words)")
            }
            let backup = try await bench.backUp(connection: bench.database.with(user: "dbops_backup"))
            #expect(backup.manifest.globals?.passwordHashes == true)
            #expect(backup.manifest.largeObjects.count == 1)
            #expect(try await bench.verify(backup) { $0.server = nil }.failures == [:])
        }
    }

    @Test(arguments: binFolders)
    func `with one grant less a run names that grant`(binFolder: String) async throws {
        try await with(binFolder) { bench, guide in
            var count = 0
            for work in Self.works {
                for grant in guide.grants(to: work.role) {
                    try await bench.psql(ServerText(grant.inverse))
                    try await bench.psql(
                        "INSERT INTO app.dead SELECT n FROM generate_series(1, 5000) n; ANALYZE app.dead; DELETE FROM app.dead"
                    )
                    let (_, words) = try await words(of: work, bench)
                    #expect(words.contains { $0.contains(grant.words) }, "without \(grant.statement): \(words)")
                    try await bench.psql(ServerText(grant.statement))
                    count += 1
                }
            }
            #expect(count == (bench.cluster.version.major >= 17 ? 16 : 15))
            try await bench.psql("REVOKE SELECT ON LARGE OBJECT 4711 FROM dbops_backup")
            let (_, words) = try await words(of: Self.works[0], bench)
            #expect(words.contains { $0.contains("GRANT SELECT ON LARGE OBJECT 4711 TO dbops_backup") }, "\(words)")
        }
    }
}
