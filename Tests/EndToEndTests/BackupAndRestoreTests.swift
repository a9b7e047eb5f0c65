import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    @Suite struct BackupAndRestoreTests {
        @Test(arguments: SampleBackup.Source.all)
        func `stock pg_restore brings back the same database`(_ source: SampleBackup.Source) async throws {
            let backup = try await ServerPool.current.backup(of: source)
            let restored = try await backup.server.makeDatabase()
            // With several jobs pg_restore may add a domain's NOT VALID constraint before it has loaded the rows that
            // violate it: no entry of its table of contents says that one comes after the other.
            let jobs = source.sample == .chinook ? "-j2" : ""
            try await backup.server.shell("pg_restore -Fd \(jobs) --exit-on-error -d \(restored) '\(backup.path)'")
            let difference = try await backup.server.difference(between: backup.database, and: restored)
            #expect(difference == "")
        }

        @Test(arguments: SampleBackup.Source.all)
        func `dbops restore brings back the same database`(_ source: SampleBackup.Source) async throws {
            let backup = try await ServerPool.current.backup(of: source)
            let restored = TestServer.newName()
            try await backup.workplace.succeed(
                "restore", backup.path, "--into", backup.server.text(restored), "--create", "--pg-bin",
                source.binFolder)
            let difference = try await backup.server.difference(between: backup.database, and: restored)
            #expect(difference == "")
        }

        @Test(arguments: SampleBackup.Source.all)
        func `a restore in a throw-away cluster proves it`(_ source: SampleBackup.Source) async throws {
            let backup = try await ServerPool.current.backup(of: source)
            let workplace = try Workplace()
            let result = try await workplace.succeed("restore", "--verify", backup.path, "--pg-bin", source.binFolder)
            #expect(result.standardOutput.contains("PROVEN: "))
            #expect(Workplace.leftovers(in: workplace.dbops.temporaryFolder) == [])
        }

        @Test(.enabled(if: TestServer.newerBinFolder != nil, "only one major at hand"))
        func `the programs of a newer major alone prove a backup`() async throws {
            let newer = try #require(TestServer.newerBinFolder)
            let backup = try await ServerPool.current.backup(
                of: .init(sample: .chinook, binFolder: ScratchCluster.anyBinFolder))
            let result = try await backup.workplace.run("restore", "--verify", backup.path, "--pg-bin", newer)
            #expect(result.exitCode == 0, "\(result)")
            #expect(result.standardOutput.contains("PROVEN: "))
        }

        @Test(.enabled(if: TestServer.binFolderWithoutICU != nil, "every PostgreSQL at hand has ICU"))
        func `a server that was built without what a backup needs is refused before anything is made`() async throws {
            let lacking = try #require(TestServer.binFolderWithoutICU)
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase()
            try await server.psql(
                "CREATE COLLATION german (provider = icu, locale = 'de'); CREATE TABLE t (a text COLLATE german)",
                database: database)
            let path = try await workplace.backUp(server.text(database))
            let result = try await workplace.run("restore", "--verify", path, "--pg-bin", lacking)
            expect(result, failsWith: 69, saying: "ICU")
        }

        @Test(.enabled(if: ScratchCluster.binFolders.count >= 4, "not all majors at hand"))
        func `a server of a newer major proves a backup, and the differences are named`() async throws {
            let older = ScratchCluster.binFolders[1], newer = ScratchCluster.binFolders[3]
            let backup = try await ServerPool.current.backup(of: .init(sample: .awkward, binFolder: older))
            let server = try await ServerPool.current.server(newer)
            // Its roles are needed there.
            _ = try await server.makeDatabase(.awkward)
            let result = try await backup.workplace.run(
                "restore", "--verify", backup.path, "--on", server.text(), "--pg-bin", newer, "--json")
            #expect(result.exitCode == 0, "\(result)")
            let report = try #require(try result.objects().first)
            #expect(report.text("server_version")?.hasPrefix("\(server.major).") == true)
            let checks = try #require(report["checks"] as? [[String: Any]])
            let inventory = try #require(checks.first { $0.text("name") == "inventory" })
            let details = try #require(inventory["details"] as? [String])
            #expect(details.contains { $0.contains("majors") }, "\(details)")
        }

        @Test func `a renamed copy of a backup verifies like the original`() async throws {
            let server = try await ServerPool.current.server()
            let backup = try await ServerPool.current.backup(
                of: .init(sample: .chinook, binFolder: ScratchCluster.anyBinFolder))
            let copy = "\(backup.workplace.folder)/my copy, Tuesday's"
            try FileManager.default.copyItem(atPath: backup.path, toPath: copy)
            let result = try await backup.workplace.succeed("restore", "--verify", copy, "--on", server.text())
            #expect(result.standardOutput.contains("PROVEN: "))
        }

        @Test func `restore refuses a database that holds something, and changes nothing there`() async throws {
            let backup = try await ServerPool.current.backup(
                of: .init(sample: .chinook, binFolder: ScratchCluster.anyBinFolder))
            let database = try await backup.server.makeDatabase()
            try await backup.server.psql("CREATE TABLE precious (id int)", database: database)
            let result = try await backup.workplace.run(
                "restore", backup.path, "--into", backup.server.text(database))
            expect(result, failsWith: 73, saying: database, "not empty", "precious")
            let tables = try await backup.server.psql(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
                database: database)
            #expect(tables == "precious")
        }

        @Test func `restore refuses to make a database that is there`() async throws {
            let backup = try await ServerPool.current.backup(
                of: .init(sample: .chinook, binFolder: ScratchCluster.anyBinFolder))
            let database = try await backup.server.makeDatabase()
            let result = try await backup.workplace.run(
                "restore", backup.path, "--into", backup.server.text(database), "--create")
            expect(result, failsWith: 73, saying: database, "exists", "--create")
        }

        @Test func `a kept scratch database stays, under a name that nothing sweeps`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase(.small)
            let path = try await workplace.backUp(server.text(database))
            let result = try await workplace.succeed(
                "restore", "--verify", path, "--on", server.text(), "--keep", "--json")
            let report = try #require(try result.objects().first)
            try await workplace.succeed("restore", "--verify", path, "--on", server.text())
            let place = try #require(report.text("scratch_database"))
            let kept = try #require(place.firstMatch(of: /dbops_kept_\w+/)?.output)
            let rows = try await server.psql("SELECT count(*) FROM orders", database: String(kept))
            #expect(rows == "1000")
            try await server.psql("DROP DATABASE \(kept)")
        }
    }
}

extension TestServer {
    /// Programs of a newer major than the first that were built without ICU, where the first has it.
    static var binFolderWithoutICU: String? {
        func hasICU(_ folder: String) -> Bool {
            (try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/postgres")))?.range(of: Data("ucol_open".utf8))
                != nil
        }
        guard hasICU(ScratchCluster.anyBinFolder) else { return nil }
        return ScratchCluster.binFolders.dropFirst().first { !hasICU($0) }
    }

    /// Programs of another major than the first, newer by two where there are any.
    static var newerBinFolder: String? {
        let others = ScratchCluster.binFolders.dropFirst()
        return others.dropFirst().first ?? others.first
    }
}
