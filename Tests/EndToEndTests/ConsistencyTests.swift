import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// Backups of a database that does not stand still.
    @Suite struct ConsistencyTests {
        /// Every transaction leaves the same number everywhere, by TRUNCATE, by new rows, by a new table of the same
        /// name and by rewriting a table.
        private static let begin: ServerText = """
            CREATE TABLE first (n int); CREATE TABLE last (n int); INSERT INTO first VALUES (0); INSERT INTO last VALUES (0);
            CREATE TABLE emptied (n int); CREATE TABLE replaced (n int); CREATE TABLE rewritten (n bigint, i int);
            INSERT INTO emptied SELECT 0 FROM generate_series(1, 1000);
            INSERT INTO replaced SELECT 0 FROM generate_series(1, 500);
            INSERT INTO rewritten SELECT 0, i FROM generate_series(1, 800) AS i;
            CREATE TABLE left_side (n int); CREATE TABLE right_side (n int);
            INSERT INTO left_side VALUES (0); INSERT INTO right_side VALUES (0);
            """
        private static let changes: [ServerText] = [
            "BEGIN",
            "UPDATE first SET n = n + 1",
            "TRUNCATE emptied",
            "INSERT INTO emptied SELECT (SELECT n FROM first) FROM generate_series(1, 1000)",
            "DROP TABLE replaced",
            "CREATE TABLE replaced AS SELECT (SELECT n FROM first) AS n FROM generate_series(1, 500)",
            "ALTER TABLE rewritten ALTER n TYPE numeric",
            "ALTER TABLE rewritten ALTER n TYPE bigint",
            "UPDATE rewritten SET n = (SELECT n FROM first)",
            "UPDATE last SET n = (SELECT n FROM first)",
            "COMMIT",
        ]
        /// No lock of a backup stops these.
        private static let ordinaryChanges: [ServerText] = [
            "BEGIN", "UPDATE left_side SET n = n + 1", "UPDATE right_side SET n = n + 1", "COMMIT",
        ]
        private static let state: String = """
            SELECT count(DISTINCT n), (SELECT n FROM left_side) - (SELECT n FROM right_side), (SELECT count(*) FROM emptied), (SELECT count(*) FROM replaced),
                (SELECT count(*) FROM rewritten)
            FROM (SELECT n FROM first UNION ALL SELECT n FROM last UNION ALL SELECT n FROM emptied
                UNION ALL SELECT n FROM replaced UNION ALL SELECT n FROM rewritten) AS all_of_them
            """

        @Test func `TRUNCATE, DROP and ALTER never tear a backup`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.cluster.psql(Self.begin, database: database)
            let session = try await server.cluster.openSession(database: database)
            let other = try await server.cluster.openSession(database: database)
            var good: [String] = []
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled {
                        for statement in Self.changes { try await session.execute(statement) }
                        try? await Task.sleep(for: .milliseconds(30))
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        for statement in Self.ordinaryChanges { try await other.execute(statement) }
                    }
                }
                for _ in 0..<6 {
                    let result = try await workplace.run(
                        "backup", "now", "--database", server.text(database), "--to", workplace.store)
                    // To give up before tables that never stand still is honest.
                    #expect(result.exitCode == 0 || result.exitCode == 75, "\(result)")
                    if result.exitCode == 0 { good.append(try #require(URL(string: result.lines.last ?? "")?.path)) }
                }
                group.cancelAll()
                try? await group.waitForAll()
            }
            await session.close()
            await other.close()
            let rounds = try await server.psql("SELECT n FROM first", database: database)
            #expect(try #require(Int(rounds)) > 6, "the changes did not get on")
            #expect(good.count >= 1, "no backup came about")
            for backup in good { try await expectWhole(backup, workplace, server) }
        }

        private func expectWhole(_ backup: String, _ workplace: Workplace, _ server: TestServer) async throws {
            let proof = try await workplace.run(
                "restore", "--verify", backup, "--on", server.text(), "--keep", "--json")
            try #require(proof.exitCode == 0, "\(proof)")
            let place = try #require(try proof.objects().first?.text("scratch_database"))
            let scratch = try #require(place.firstMatch(of: /dbops_kept_\w+/)?.output)
            let state = try await server.psql(Self.state, database: String(scratch))
            #expect(state == "1|0|1000|500|800", "\(backup)")
            try await server.psql("DROP DATABASE \(scratch)")
        }

        @Test func `a migration that waits for the backup's locks is let through afterwards, and its table is whole`()
            async throws
        {
            let store = try await StoreWithBackup()
            let server = store.server
            let database = try await server.makeDatabase(.bulky)
            let proxy = try FaultProxy(upstreamPort: server.port)
            proxy.set { $0.bytesPerSecond = 3_000_000 }
            let session = try await server.cluster.openSession(database: database)
            let run = try await store.startBackup(
                server.ownerURL(database, port: proxy.port), "--workers", "1", "--json")
            async let alter: Void = session.execute(
                "ALTER TABLE bulk_1 ADD COLUMN later int DEFAULT 7, ALTER i TYPE bigint; TRUNCATE bulk_2")
            let isWaiting = try await eventually {
                try await server.psql(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '\(database)'")
                    == "1"
            }
            #expect(isWaiting)
            proxy.set { $0.bytesPerSecond = nil }
            let result = await DBOpsProcess.result(of: run)
            try await alter
            await session.close()
            try #require(result.exitCode == 0, "\(result)")
            let report = try #require(try result.objects().first)
            #expect(report.number("rows") == 360_001)
            let url = try #require(report.text("url"))
            let proof = try await store.workplace.run("restore", "--verify", url, "--on", server.text())
            #expect(proof.exitCode == 0, "\(proof)")
        }
    }
}
