import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEndTests {
    /// What a job does beside its backup: several stores, retention, and keeping out of another host's way.
    @Suite struct RetentionJobTests {
        private func write(_ place: DaemonPlace, _ keys: String) throws {
            try place.write(
                place.head + "[stores.second]\nurl = \"file://\(place.workplace.folder)/second\"\n"
                    + DaemonPlace.job("nightly", keys).replacing("[\"local\"]", with: "[\"local\", \"second\"]"))
        }

        private func run(_ place: DaemonPlace, _ arguments: String...) async throws -> DBOpsProcess.Result {
            try await place.workplace.run(arguments + ["--config", place.jobFile, "--json"])
        }

        private func ids(_ place: DaemonPlace, _ store: String) async throws -> [String] {
            let list = try await run(place, "list", "nightly", "--store", store)
            return try list.objects().compactMap { $0.text("backup") }
        }

        @Test func `keeps as many backups in each store as the job file says, and tells why`() async throws {
            let place = try await DaemonPlace()
            try write(place, "retention = { last = 2 }")
            for _ in 1...4 {
                let result = try await run(place, "run", "nightly")
                try #require(result.exitCode == 0, "\(result)")
            }
            let kept = try await ids(place, "local")
            #expect(kept.count == 2)
            #expect(try await ids(place, "second") == kept)
            let preview = try await run(place, "prune", "nightly", "--dry-run").objects()
            #expect(preview.compactMap { $0.text("action") } == ["keep", "keep", "keep", "keep"])
            #expect(preview.allSatisfy { ($0["reasons"] as? [String])?.isEmpty == false })
        }

        @Test func `keeps a backup apart that shrank, and rotates nothing out for it until it is accepted`()
            async throws
        {
            let place = try await DaemonPlace()
            try write(place, "retention = { last = 1 }")
            _ = try await place.server.psql(
                "CREATE TABLE rows AS SELECT generate_series(1, 20000) n", database: place.database)
            #expect(try await run(place, "run", "nightly").exitCode == 0)
            let whole = try await ids(place, "local")
            _ = try await place.server.psql("DELETE FROM rows", database: place.database)
            let shrunken = try await run(place, "run", "nightly")
            #expect(shrunken.exitCode == 3, "\(shrunken)")
            #expect(try shrunken.objects().first?.text("message")?.contains("kept apart") == true)
            let both = try await ids(place, "local")
            #expect(Set(both).isSuperset(of: whole))
            let small = try #require(Set(both).subtracting(whole).first)
            for store in ["local", "second"] {
                let accepted = try await run(place, "accept", small, "--store", store)
                #expect(accepted.exitCode == 0, "\(accepted)")
            }
            #expect(try await run(place, "prune").exitCode == 0)
            #expect(try await ids(place, "local") == [small])
        }

        @Test func `records as skipped what another host does already`() async throws {
            let place = try await DaemonPlace(.bulky)
            let proxy = try FaultProxy(upstreamPort: place.server.port)
            proxy.set { $0.bytesPerSecond = 300_000 }
            let url = place.server.ownerURLWithoutPassword(place.database, port: proxy.port)
            try place.write(
                place.head.replacing(place.server.text(place.database), with: url) + DaemonPlace.job("nightly", ""))
            var dbops = place.workplace.dbops
            dbops.environment["PGPASSWORD"] = TestServer.ownerPassword
            let first = try dbops.start(["run", "nightly", "--config", place.jobFile])
            try await waitUntil("it copies") { first.standardError.contains("copying") }
            let second = try await dbops.run(["run", "nightly", "--config", place.jobFile, "--json"])
            #expect(second.exitCode == 75, "\(second)")
            #expect(try second.objects().first?.text("reason") == "conflict")
            first.send(SIGTERM)
            #expect(await first.ending() == .exited(143))
            let outcomes = try await place.runs().compactMap { $0.text("outcome") }
            #expect(Set(outcomes) == ["cancelled", "skipped"])
        }
    }
}
