import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// Ends that come from outside.
    @Suite struct InterruptionTests {
        /// A database that is copied slowly, because the way to it is slow.
        private struct SlowDatabase {
            let store: StoreWithBackup
            let proxy: FaultProxy
            let name: String
            let url: String

            init() async throws {
                store = try await StoreWithBackup()
                name = try await store.server.makeDatabase(.bulky)
                proxy = try FaultProxy(upstreamPort: store.server.port)
                proxy.set { $0.bytesPerSecond = 2_000_000 }
                url = store.server.ownerURL(name, port: proxy.port)
            }

            func expectSessionsGone(sourceLocation: SourceLocation = #_sourceLocation) async throws {
                let isEmpty = try await eventually { try await store.server.sessionCount(in: name) == 0 }
                #expect(isEmpty, "sessions are left", sourceLocation: sourceLocation)
            }
        }

        @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
        func `a run that is told to stop says so and takes back what it made`(
            _ signal: Int32, _ code: Int32
        ) async throws {
            let database = try await SlowDatabase()
            let run = try await database.store.startBackup(database.url)
            // Not only what is half written must go, but also what was complete.
            let hasWhole = try await eventually {
                Workplace.files(below: "\(database.store.path)/\(database.name)").contains { $0.hasSuffix(".dat.gz") }
            }
            #expect(hasWhole)
            run.send(signal)
            let result = await DBOpsProcess.result(of: run)
            #expect(result.ending == .exited(code), "\(result)")
            #expect(result.standardError.contains("Stopping: taking back"), "\(result)")
            #expect(result.standardOutput == "")
            try await database.expectSessionsGone()
            try await database.store.expectUntouched()
        }

        @Test func `who asks a second time leaves at once`() async throws {
            let database = try await SlowDatabase()
            let run = try await database.store.startBackup(database.url)
            // Nothing that the clean-up asks of the server is ever answered.
            database.proxy.set { $0.isBlackhole = true }
            run.send(SIGINT)
            #expect(try await eventually { run.standardError.contains("Once more leaves at once") })
            run.send(SIGINT)
            #expect(await run.ending(within: .seconds(60)) == .exited(130))
            database.proxy.stop()
            let list = try await database.store.workplace.run("list", "--store", database.store.path, "--json")
            #expect(try list.objects().map { $0.text("backup") } == [database.store.id])
        }

        @Test func `a verification that is told to stop leaves no server and no folder`() async throws {
            let store = try await StoreWithBackup()
            let run = try store.workplace.dbops.start(["restore", "--verify", "\(store.path)/earlier/\(store.id)"])
            #expect(try await eventually { run.standardError.contains("making the definitions") })
            run.send(SIGINT)
            let ending = await run.ending()
            #expect(ending == .exited(130), "\(run.standardError)")
            #expect(Processes.mentioning(store.workplace.dbops.temporaryFolder).isEmpty)
            try await store.expectUntouched()
        }

        @Test func `a killed verification leaves no server, and the next one sweeps its folder`() async throws {
            let store = try await StoreWithBackup()
            let backup = "\(store.path)/earlier/\(store.id)"
            let temporaryFolder = store.workplace.dbops.temporaryFolder
            let run = try store.workplace.dbops.start(["restore", "--verify", backup])
            #expect(try await eventually { run.standardError.contains("making the definitions") })
            #expect(!Processes.mentioning(temporaryFolder).isEmpty)
            run.send(SIGKILL)
            #expect(await run.ending() == .killed(signal: SIGKILL))
            #expect(try await eventually { Processes.mentioning(temporaryFolder).isEmpty })
            #expect(!Workplace.leftovers(in: temporaryFolder).isEmpty)
            try await store.workplace.succeed("restore", "--verify", backup)
            #expect(Workplace.leftovers(in: temporaryFolder) == [])
        }

        @Test func `a killed verification on a server leaves a database that the next one drops`() async throws {
            let store = try await StoreWithBackup()
            let backup = "\(store.path)/earlier/\(store.id)"
            // A server of its own: verifications of other tests would sweep too.
            try await ScratchCluster.with { cluster in
                let server = cluster.connectionInfo.textWithoutSecrets
                let databases = { try await cluster.psql("SELECT datname FROM pg_database WHERE datname ~ '^dbops'") }
                let run = try store.workplace.dbops.start(["restore", "--verify", backup, "--on", server])
                #expect(try await eventually { run.standardError.contains("making the definitions") })
                run.send(SIGKILL)
                _ = await run.ending()
                #expect(try await databases() != "")
                #expect(
                    try await eventually {
                        try await cluster.psql("SELECT 1 FROM pg_stat_activity WHERE application_name ~ '^dbops'") == ""
                    })
                let next = try await store.workplace.succeed("restore", "--verify", backup, "--on", server)
                #expect(next.standardError.contains("dropped dbops_scratch_"))
                #expect(try await databases() == "")
            }
        }

        @Test func `killed at any moment, a run leaves nothing that is taken for a backup`() async throws {
            let store = try await StoreWithBackup()
            let server = store.server
            let database = try await server.makeDatabase(.bulky)
            let clock = ContinuousClock()
            let whole = try await clock.measure {
                let result = try await store.backUp(server.text(database))
                try #require(result.exitCode == 0, "\(result)")
            }
            let moments = 12
            for moment in 0..<moments {
                let run = try store.workplace.dbops.start(
                    ["backup", "now", "--database", server.text(database), "--to", store.path])
                try await Task.sleep(for: whole * (Double(moment) + 0.5) / Double(moments))
                run.send(SIGKILL)
                _ = await run.ending()
            }
            #expect(try await eventually { try await server.sessionCount(in: database) == 0 })
            let following = try await store.backUp(server.text(database))
            #expect(following.exitCode == 0, "\(following)")
            let list = try await store.workplace.succeed("list", "--store", store.path, "--json")
            let urls = try list.objects().compactMap { $0.text("url") }
            #expect(urls.count >= 3)
            #expect(list.standardError == "")
            for url in urls {
                let proof = try await store.workplace.run("restore", "--verify", url, "--on", server.text())
                #expect(proof.exitCode == 0, "\(proof)")
            }
        }
    }
}
