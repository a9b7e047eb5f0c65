import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// All that is planted is found by the program itself with its own limits, and nothing where all is well.
    @Suite(.enabled(if: AgedServer.isPossible, "needs libfaketime, pg_resetwal and pg_stat_statements"))
    struct AdvisePlantedTests {
        private func write(jobFile more: String = "", for server: AgedServer) throws {
            try server.workplace.write(
                jobFile: """
                    [daemon]
                    state = "state"
                    timezone = "UTC"
                    [databases.shop]
                    url = "\(server.text("shop"))"
                    [jobs.checkup]
                    kind = "advise"
                    database = "shop"
                    every = "1d"
                    \(more)

                    """)
        }

        private func found(_ objects: [[String: Any]]) -> Set<String> {
            Set(
                objects.filter { $0.text("record") == "finding" }.map { finding in
                    let object = finding.text("object") ?? ""
                    let hasNumber = object.hasPrefix("session ") || object.hasPrefix("statement ")
                    return "\(finding.text("id") ?? "") \(hasNumber ? String(object.prefix { $0 != " " }) : object)"
                })
        }

        @Test func `finds everything that is planted, by its own limits`() async throws {
            let server = try AgedServer(clock: "+0d")
            try await server.make()
            // A slot from before all those transactions.
            try await server.running(PlantedServer.settings) {
                try await server.psql("CREATE DATABASE shop")
                try await server.psql(
                    "SELECT pg_create_logical_replication_slot('decoding', 'pgoutput'); CHECKPOINT", database: "shop")
            }
            try await server.advance(toXid: PlantedServer.nextXid)
            try server.clock.set("-40d")
            try await server.running(PlantedServer.settings) {
                try await server.psql(PlantedServer.database, database: "shop")
                let idle = try await server.session("shop", user: "busy")
                try await idle.execute("BEGIN; SELECT 1")
                let working = try await server.session("shop")
                let work = Task { try await working.execute("BEGIN; SELECT pg_sleep(800)") }
                try await waitUntil("no worker of autovacuum is there") {
                    try await server.psql(
                        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'") == "1"
                }
                try write(for: server)
                let first = try await server.workplace.runJobFile("advise", "checkup", "--json")
                #expect(first.exitCode == 0, "\(first)")

                try await server.psql(PlantedServer.changes)
                try server.clock.set("+0d")
                try await withThrowingTaskGroup { group in
                    for _ in 1...20 {
                        group.addTask { try await server.psql("SELECT pg_sleep(2.2)", database: "shop") }
                    }
                    try await group.waitForAll()
                }
                let second = try await server.workplace.runJobFile("advise", "checkup", "--json")
                #expect(second.exitCode == 0, "\(second)")
                let found = found(try second.objects())
                #expect(PlantedServer.findings.subtracting(found) == [])
                #expect(try second.objects().filter { $0.text("record") == "not_checked" }.isEmpty)
                let critical = try await server.workplace.runJobFile("advise", "checkup", "--fail-on", "critical")
                #expect(critical.exitCode == 1)
                work.cancel()
                _ = try? await work.value
                await working.close()
                await idle.close()
            }
        }

        @Test func `every check is planted here or in another test`() {
            let here = Set(PlantedServer.findings.compactMap { $0.split(separator: " ").first.map(String.init) })
            #expect(here.union(PlantedServer.plantedElsewhere) == Set(AdviceID.allCases.map(\.rawValue)))
            #expect(here.intersection(PlantedServer.plantedElsewhere) == [])
        }

        private static let well = [
            "fsync": "on", "idle_in_transaction_session_timeout": "10min", "track_io_timing": "on",
            "log_lock_waits": "on", "max_slot_wal_keep_size": "10GB", "wal_level": "logical",
            "shared_preload_libraries": "pg_stat_statements",
        ]

        @Test func `finds nothing in a database that is well, on a server that is well`() async throws {
            let server = try AgedServer(clock: "-40d")
            try await server.make(options: "--data-checksums")
            try await server.running(Self.well) {
                try await server.psql("CREATE DATABASE shop; SELECT pg_stat_reset_shared('bgwriter')")
                try await server.psql(
                    "CREATE EXTENSION pg_stat_statements;\n" + SoundDatabase.script.text, database: "shop")
                // What a session has changed counts when it has ended, and would count as changed since.
                try await server.psql("VACUUM ANALYZE", database: "shop")
                try server.clock.set("+0d")
                // The age of a release is the machine's own affair.
                try write(
                    jobFile: """
                        suppress = [{ id = "outdated-server", until = 2099-12-31 }]
                        [stores.local]
                        url = "store"
                        [jobs.nightly]
                        kind = "backup"
                        database = "shop"
                        stores = ["local"]
                        every = "1d"
                        """, for: server)
                for _ in 1...2 {
                    let run = try await server.workplace.runJobFile(
                        "advise", "checkup", "--json", "--fail-on", "notice")
                    #expect(run.exitCode == 0, "\(run)")
                    let objects = try run.objects()
                    #expect(found(objects) == [])
                    #expect(objects.filter { $0.text("record") == "not_checked" }.isEmpty, "\(run)")
                }
            }
        }
    }
}
