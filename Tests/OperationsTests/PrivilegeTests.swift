import Archive
import Foundation
import JobModel
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// What a role may not read in full is refused loudly: there is no backup of the rest.
    @Suite struct PrivilegeTests {
        private func refusal(_ bench: Workbench, of role: String) async throws -> (any UserFacingError)? {
            let error = await #expect(throws: (any Error).self) {
                try await bench.backUp(connection: bench.database.with(user: role))
            }
            #expect(try await bench.store.list(under: nil).isEmpty)
            let refusal = try #require(error as? any UserFacingError)
            #expect(refusal.category == .permission)
            return refusal
        }

        @Test func `refuses tables whose rows a policy would hide`() async throws {
            let script: ServerText = """
                CREATE ROLE filtered LOGIN; CREATE TABLE open AS SELECT 1 AS n; CREATE TABLE guarded AS SELECT 1 AS n;
                ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON guarded USING (n > 5);
                GRANT SELECT ON ALL TABLES IN SCHEMA public TO filtered;
                """
            try await Workbench.with(script) { bench in
                let error = try await refusal(bench, of: "filtered")
                #expect(error as? OperationError == .rowSecurity(tables: ["public.guarded"], role: "filtered"))
                try await bench.psql("ALTER ROLE filtered BYPASSRLS")
                let backup = try await bench.backUp(connection: bench.database.with(user: "filtered"))
                #expect(backup.manifest.totals.rows == 2)
            }
        }

        @Test func `refuses them to their owner where the policy is forced`() async throws {
            let script: ServerText = """
                CREATE ROLE proud LOGIN; CREATE TABLE guarded AS SELECT 1 AS n; ALTER TABLE guarded OWNER TO proud;
                ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
                """
            try await Workbench.with(script) { bench in
                let backup = try await bench.backUp(connection: bench.database.with(user: "proud"))
                #expect(backup.manifest.totals.rows == 1)
                try await bench.store.delete(try await bench.store.list(under: nil).map(\.key))
                try await bench.psql("ALTER TABLE guarded FORCE ROW LEVEL SECURITY")
                let error = try await refusal(bench, of: "proud")
                #expect(error as? OperationError == .rowSecurity(tables: ["public.guarded"], role: "proud"))
            }
        }

        @Test(arguments: [
            ("keyless", "CREATE TABLE open (); GRANT SELECT ON open TO keyless; CREATE TABLE closed ()", "closed"),
            (
                "outsider",
                "CREATE SCHEMA hidden; CREATE TABLE hidden.t (); GRANT SELECT ON hidden.t TO outsider", "hidden"
            ),
            ("uncounted", "CREATE SEQUENCE counter", "counter"),
            ("narrow", "CREATE TABLE wide (a int, b int); GRANT SELECT (a) ON wide TO narrow", "wide"),
            ("objector", "SELECT lo_from_bytea(4711, 'x')", "4711"),
        ])
        func `refuses what the role may not read, and names it`(
            role: String, script: String, name: String
        ) async throws {
            try await Workbench.with("CREATE ROLE \(ServerText(role)) LOGIN; \(ServerText(script))") { bench in
                let error = try await refusal(bench, of: role)
                #expect(error?.message.contains(name) == true)
                #expect(error?.hint?.contains("GRANT") ?? true)
            }
        }

        @Test func `needs no more than pg_read_all_data`() async throws {
            let script: ServerText = """
                CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader; CREATE SCHEMA hidden;
                CREATE TABLE hidden.t AS SELECT 1 AS n; CREATE TABLE t (id serial); INSERT INTO t DEFAULT VALUES;
                """
            try await Workbench.with(script) { bench in
                let backup = try await bench.backUp(connection: bench.database.with(user: "reader"))
                #expect(backup.manifest.tables.map(\.displayName).sorted() == ["hidden.t", "public.t"])
                #expect(try await bench.verify(backup).failures == [:])
            }
        }

        @Test(
            .enabled(if: PgBouncer.isInstalled, "PgBouncer is not installed: apt-get install pgbouncer"),
            arguments: ["transaction", "session"])
        func `refuses a pooler`(poolMode: String) async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                try await PgBouncer.with(bench.database, poolMode: poolMode, in: bench.folder) { pooled in
                    let error = await #expect(throws: PostgresError.self) {
                        try await bench.backUp(connection: pooled)
                    }
                    guard case .pooler? = error else { throw try #require(error) }
                    #expect(error?.category == .configuration)
                    #expect(
                        error?.message.hasSuffix(
                            "is a connection pooler (PgBouncer or the like), not a PostgreSQL server") == true)
                    #expect(error?.hint?.contains("address and port of the PostgreSQL server itself") == true)
                }
                #expect(try bench.folder.names(in: "").contains("store") == false)
            }
        }

        @Test func `lets a password appear nowhere`() async throws {
            try await Workbench.with { bench in
                try await bench.psql("GRANT CREATE ON SCHEMA public TO app; ALTER ROLE app CREATEDB")
                let tcp = try #require(bench.cluster.tcpConnectionInfo).with(database: bench.database.database ?? "")
                let session = try await Session.open(tcp, applicationName: "test")
                try await session.execute("CREATE TABLE t AS SELECT 1 AS n")
                await session.close()

                let heartbeats = Journal<String>()
                var store = HookedStore(bench.store)
                store.willBegin = { key in
                    guard key.description.hasSuffix(".dat.gz") else { return }
                    let folder = key.description.split(separator: "/").dropLast().joined(separator: "/")
                    let bytes = try await bench.store.read(ObjectKey(folder + "/running"), limitInBytes: 10_000)
                    heartbeats.add(String(decoding: bytes, as: UTF8.self))
                }
                let backup = try await bench.backUp(store: store, connection: tcp)
                let report = try await bench.verify(backup) { $0.server = tcp }
                #expect(report.failures == [:])

                var texts = heartbeats.all + bench.reporter.events.map { "\($0)" } + ["\(report)", "\(backup)"]
                for object in try await bench.store.list(under: nil) {
                    let bytes = try await bench.store.read(object.key, limitInBytes: 1 << 20)
                    texts.append(String(decoding: bytes, as: UTF8.self))
                    if object.key.description.hasSuffix(".gz") {
                        let inflated = try MemberReader.inflate(bytes, object: "\(object.key)", limitInBytes: 1 << 20)
                        texts.append(String(decoding: inflated, as: UTF8.self))
                    }
                }
                try await bench.psql("CREATE TABLE closed ()")
                for connection in [tcp, tcp.with(password: Secret("wrong secret"))] {
                    do {
                        _ = try await bench.backUp(connection: connection)
                        Issue.record("a backup where there should be none")
                    } catch {
                        texts += ["\(error)", String(reflecting: error)]
                        texts += [(error as? any UserFacingError)?.message, (error as? any UserFacingError)?.hint]
                            .compactMap { $0 }
                    }
                }
                #expect(heartbeats.all.count == 1)
                #expect(texts.count > 15)
                #expect(texts.filter { $0.contains("secret") } == [])
            }
        }
    }
}
