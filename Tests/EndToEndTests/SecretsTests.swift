import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// A password is nobody's business.
    @Suite struct SecretsTests {
        private let password = "Tigre/ß:7 'x"
        /// The password as it is, and as it stands in an URL.
        private var forms: [String] { [password, "Tigre%2F%C3%9F%3A7%20%27x", "Tigre", "gre%2F"] }

        @Test func `a password in the URL is in no output, no argument of a child, and no file of the store`()
            async throws
        {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let database = try await server.makeDatabase(.small)
            let role = TestServer.newName("role")
            try await server.psql(
                "CREATE ROLE \(role) LOGIN SUPERUSER PASSWORD '\(password.replacing("'", with: "''"))'")
            let proxy = try FaultProxy(upstreamPort: server.port)
            proxy.set { $0.latency = .milliseconds(8) }
            let url = "postgresql://\(role):Tigre%2F%C3%9F%3A7%20%27x@127.0.0.1:\(proxy.port)/\(database)"
            let run = try workplace.dbops.start(
                ["backup", "now", "--database", url, "--to", workplace.store, "--verbose"])
            var children: Set<String> = []
            while run.isRunning {
                let all = Processes.all
                // Between fork and exec a child still shows the command line of its parent, which the user wrote.
                let own = all.first { $0.id == run.processID }?.commandLine
                children.formUnion(
                    Processes.descendants(of: run.processID, in: all).map(\.commandLine).filter { $0 != own })
                try await Task.sleep(for: .milliseconds(5))
            }
            let backup = await DBOpsProcess.result(of: run)
            #expect(backup.exitCode == 0, "\(backup)")
            let path = try #require(URL(string: backup.lines.last ?? "")?.path)
            let restored = TestServer.newName()
            let restore = try await workplace.run(
                "restore", path, "--into", url.replacing("/\(database)", with: "/\(restored)"), "--create", "--verbose")
            #expect(restore.exitCode == 0, "\(restore)")
            let refused = try await workplace.run(
                "backup", "now", "--database", url.replacing("127.0.0.1", with: "127.0.0.1:1,127.0.0.1"), "--to",
                workplace.store, "--name", "\(role)", "--table", "no such table", "--verbose")
            #expect(refused.exitCode != 0)
            #expect(children.contains { $0.contains("pg_dump") && $0.contains(role) }, "\(children)")

            let files = try await workplace.shell("find store -type f -exec zcat -f {} +")
            #expect(files.contains("Customer 17"))
            for form in forms {
                for (name, text) in [
                    ("backup", "\(backup)"), ("restore", "\(restore)"), ("refusal", "\(refused)"),
                    ("children", "\(children)"), ("store", files),
                ] {
                    #expect(!text.contains(form), "\(form) in \(name)")
                }
            }
            #expect(Workplace.leftovers(in: workplace.dbops.temporaryFolder) == [])
        }

        @Test func `a password comes from a file, the environment or the password file`() async throws {
            let server = try await ServerPool.current.server()
            let database = try await server.makeDatabase(.small)
            let url = "postgresql://owner@127.0.0.1:\(server.port)/\(database)"
            let password = TestServer.ownerPassword
            let file = try Workplace(), environment = try Workplace(), home = try Workplace()
            try Data("\(password)\n".utf8).write(to: URL(fileURLWithPath: "\(file.folder)/password"))
            _ = try await file.backUp(url, "--password-file", "\(file.folder)/password")

            var dbops = environment.dbops
            dbops.environment["PGPASSWORD"] = password
            let second = try await dbops.run(["backup", "now", "--database", url, "--to", environment.store])
            #expect(second.exitCode == 0, "\(second)")

            let pgpass = "\(home.folder)/home/.pgpass"
            try Data("127.0.0.1:\(server.port):*:owner:\(password)\n".utf8).write(to: URL(fileURLWithPath: pgpass))
            chmod(pgpass, 0o600)
            _ = try await home.backUp(url)
        }

        @Test func `files of a store are their owner's alone`() async throws {
            let server = try await ServerPool.current.server()
            let workplace = try Workplace()
            let path = try await workplace.backUp(server.text(try await server.makeDatabase(.small)))
            let modes = try await workplace.shell("find '\(path)' -printf '%m %y\\n' | sort -u")
            #expect(modes == "600 f\n700 d\n")
        }
    }
}
