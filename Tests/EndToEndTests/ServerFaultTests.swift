import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// What can be wrong with the database's side of a backup.
    @Suite struct ServerFaultTests {
        @Test func `a wrong password is said to be one`() async throws {
            let store = try await StoreWithBackup()
            let result = try await store.backUp(store.server.passwordURL("postgres", password: "tiger"))
            expect(result, failsWith: 77, saying: "password authentication failed", "app", "PGPASSWORD")
            #expect(!"\(result)".contains("tiger"))
            try await store.expectUntouched()
        }

        @Test func `an unknown host is named`() async throws {
            let store = try await StoreWithBackup()
            let result = try await store.backUp("postgresql://backup@db.invalid/shop")
            expect(result, failsWith: 69, saying: "db.invalid", "host name")
            try await store.expectUntouched()
        }

        @Test func `a server that does not listen is named`() async throws {
            let store = try await StoreWithBackup()
            let port = ScratchCluster.freePort()
            let result = try await store.backUp("postgresql://backup@127.0.0.1:\(port)/shop")
            expect(result, failsWith: 69, saying: "127.0.0.1:\(port)", "refused", "listens")
        }

        @Test func `a missing database is named`() async throws {
            let store = try await StoreWithBackup()
            let result = try await store.backUp(store.server.text("no such place"))
            expect(result, failsWith: 69, saying: "no such place", "does not exist", "psql -l")
            try await store.expectUntouched()
        }

        @Test func `tables that may not be read are named with the grant that helps`() async throws {
            let store = try await StoreWithBackup()
            let database = try await store.server.makeDatabase(.small)
            let result = try await store.backUp(store.server.passwordURL(database))
            expect(result, failsWith: 77, saying: "app may not read", "public.orders", "GRANT pg_read_all_data TO")
            try await store.expectUntouched()
        }

        @Test func `one table that may not be read is named`() async throws {
            let store = try await StoreWithBackup()
            let database = try await store.server.makeDatabase(.small)
            try await store.server.psql(
                """
                GRANT SELECT ON ALL TABLES IN SCHEMA public TO app; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO app;
                REVOKE SELECT ON payments FROM app;
                """, database: database)
            let result = try await store.backUp(store.server.passwordURL(database))
            expect(result, failsWith: 77, saying: "payments", "app", "GRANT")
            try await store.expectUntouched()
        }

        @Test func `rows that a policy would hide are never left out in silence`() async throws {
            let store = try await StoreWithBackup()
            let database = try await store.server.makeDatabase(.small)
            try await store.server.psql(
                """
                GRANT SELECT ON ALL TABLES IN SCHEMA public TO app; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO app;
                CREATE POLICY few ON notes USING (customer < 3); ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                """, database: database)
            let result = try await store.backUp(store.server.passwordURL(database))
            expect(result, failsWith: 77, saying: "row-level security", "notes", "BYPASSRLS")
            try await store.expectUntouched()
        }

        @Test func `a table that somebody has locked is named when the patience is over`() async throws {
            let store = try await StoreWithBackup()
            let database = try await store.server.makeDatabase(.small)
            let other = try await store.server.cluster.openSession(database: database)
            try await other.execute("BEGIN")
            try await other.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
            let result = try await store.backUp(store.server.text(database), "--lock-wait", "1")
            await other.close()
            expect(result, failsWith: 75, saying: "orders", "lock", "--lock-wait")
            try await store.expectUntouched()
        }

        @Test func `a server that stops in the middle fails the run and leaves nothing`() async throws {
            let store = try await StoreWithBackup()
            let run = try await ScratchCluster.with(wantsTCP: true) { cluster in
                try await cluster.psql("ALTER ROLE app SUPERUSER; CREATE DATABASE bulky")
                try await cluster.psql(.init(try Sample.bulky.script), database: "bulky")
                let port = Int(cluster.tcpConnectionInfo?.keywords["port"] ?? "") ?? 0
                let proxy = try FaultProxy(upstreamPort: port)
                proxy.set { $0.bytesPerSecond = 2_000_000 }
                let run = try await store.startBackup(
                    "postgresql://app:app%20secret@127.0.0.1:\(proxy.port)/bulky", "--workers", "2")
                let isCopying = try await eventually {
                    try await cluster.psql(
                        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query ~ '^COPY'") == "2"
                }
                #expect(isCopying)
                let file = try String(contentsOfFile: "\(cluster.folder)/server/data/postmaster.pid", encoding: .utf8)
                kill(try #require(pid_t(file.split(separator: "\n")[0])), SIGQUIT)
                defer { proxy.stop() }
                return await DBOpsProcess.result(of: run)
            }
            expect(run, failsWith: 1, saying: "127.0.0.1", "log")
            try await store.expectUntouched()
        }

        @Test func `a pg_dump that is killed fails the run and is named`() async throws {
            let store = try await StoreWithBackup()
            let database = try await store.server.makeDatabase(.small)
            let tools = try ToolFolder(like: store.server.binFolder, in: store.workplace)
            try tools.replace(
                "pg_dump",
                """
                #!/bin/sh
                [ "$1" = --version ] && exec '\(store.server.binFolder)/pg_dump' --version
                kill -9 $$
                """)
            let result = try await store.backUp(store.server.text(database), "--pg-bin", tools.path)
            expect(result, failsWith: 1, saying: "pg_dump", "signal 9")
            try await store.expectUntouched()
        }

        @Test(.enabled(if: TestServer.newerBinFolder != nil, "only one major at hand"))
        func `a pg_dump older than the server is refused with the package to install`() async throws {
            let store = try await StoreWithBackup()
            let newer = try await ServerPool.current.server(try #require(TestServer.newerBinFolder))
            let database = try await newer.makeDatabase(.small)
            let result = try await store.backUp(
                newer.text(database), "--pg-bin", ScratchCluster.anyBinFolder)
            expect(
                result, failsWith: 69, saying: "pg_dump", "older than the server", "\(newer.major).",
                "postgresql-client-\(newer.major)")
            try await store.expectUntouched()
        }

        @Test func `a verification without server programs says which package has them`() async throws {
            let store = try await StoreWithBackup()
            let tools = try ToolFolder(
                like: store.server.binFolder, in: store.workplace, only: ["pg_dump", "pg_restore", "psql"])
            let result = try await store.workplace.run(
                "restore", "--verify", "\(store.path)/earlier/\(store.id)", "--pg-bin", tools.path)
            expect(result, failsWith: 69, saying: "postgres of PostgreSQL", "postgresql-\(store.server.major)")
            try await store.expectUntouched()
        }

        @Test func `a verification on a server that is not there cannot begin`() async throws {
            let store = try await StoreWithBackup()
            let result = try await store.workplace.run(
                "restore", "--verify", "\(store.path)/earlier/\(store.id)", "--on",
                "postgresql://postgres@127.0.0.1:\(ScratchCluster.freePort())/postgres")
            expect(result, failsWith: 69, saying: "refused")
        }

        @Test(.enabled(if: ScratchCluster.binFolders.count >= 4, "not all majors at hand"))
        func `a server that lacks roles of the backup is refused before anything is made`() async throws {
            let source = try await ServerPool.current.server()
            let database = try await source.makeDatabase()
            let role = TestServer.newName("role")
            try await source.psql(
                "CREATE ROLE \(role); CREATE TABLE t (); ALTER TABLE t OWNER TO \(role)", database: database)
            let workplace = try Workplace()
            let path = try await workplace.backUp(source.text(database))
            let other = try await ServerPool.current.server(ScratchCluster.binFolders[3])
            let target = TestServer.newName()
            let result = try await workplace.run(
                "restore", path, "--into", other.text(target), "--create", "--pg-bin", other.binFolder)
            expect(result, failsWith: 69, saying: role, "CREATE ROLE \"\(role)\"")
            #expect(try await other.psql("SELECT 1 FROM pg_database WHERE datname = '\(target)'") == "")
        }
    }
}
