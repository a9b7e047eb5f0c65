import Foundation
import JobModel
import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(10))) struct ClientToolsTests {
    /// A folder of scripts that pretend to be programs.
    private func withPrograms<Success>(
        _ scripts: [String: String], _ body: (String) async throws -> Success
    ) async throws -> Success {
        let folder = try OwnedDirectory(in: "/tmp", purpose: .secrets, runID: "test")
        defer { folder.remove() }
        for (name, script) in scripts {
            let path = "\(folder.path)/\(name)"
            try OwnedDirectory.write(Array("#!/bin/sh\n\(script)\n".utf8), to: path)
            chmod(path, 0o700)
        }
        return try await body(folder.path)
    }

    private func tools(_ folder: String, environment: [String: String] = [:]) -> ClientTools {
        ClientTools(binFolder: folder, environment: environment)
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `finds programs with their exact versions`(binFolder: String) async throws {
        let cluster = try await ScratchCluster.shared(binFolder)
        let server = PostgresVersion(number: try await cluster.openSession().server.versionNumber)
        for name in [ClientTool.Name.pgDump, .pgRestore, .psql] {
            let tool = try await cluster.tools.client(name, forServer: server)
            #expect(tool.version == server)
            #expect(tool.warning(forServer: server) == nil)
        }
    }

    @Test func `refuses a client that is older than the server and names the package`() async throws {
        try await withPrograms(["pg_dump": "echo 'pg_dump (PostgreSQL) 15.20'"]) { folder in
            let error = try await #require(throws: PostgresError.self) {
                _ = try await tools(folder).client(.pgDump, forServer: PostgresVersion(major: 18, minor: 6))
            }
            #expect(error.message == "pg_dump 15.20 is older than the server, which is 18.6")
            #expect(error.hint?.contains("apt-get install postgresql-client-18") == true)
            #expect(error.category == .unavailable)
        }
    }

    @Test func `says which package is missing`() async throws {
        try await withPrograms([:]) { folder in
            let error = try await #require(throws: PostgresError.self) {
                _ = try await tools(folder).client(.psql, forServer: PostgresVersion(major: 17, minor: 1))
            }
            #expect(error.message == "psql of PostgreSQL 17 or newer is not in \(folder)")
            #expect(error.hint == "Install it: apt-get install postgresql-client-17.")
        }
    }

    @Test func `warns of a client that was released before the server`() async throws {
        try await withPrograms(["pg_dump": "echo 'pg_dump (PostgreSQL) 18.6'"]) { folder in
            let server = PostgresVersion(major: 15, minor: 20)
            let warning = try await tools(folder).client(.pgDump, forServer: server).warning(forServer: server)
            #expect(warning?.hasPrefix("pg_dump 18.6 was released before the server's 15.20") == true)
        }
    }

    @Test(arguments: [
        ("echo 'pg_dump: error while loading shared libraries: libpq.so.5' >&2; exit 127", "libpq.so.5"),
        ("exit 1", "ended with exit status 1"), ("echo 'something else 1.0'", "--version"),
    ])
    func `passes over programs that do not run, and says why where there is no other`(
        script: String, words: String
    ) async throws {
        try await withPrograms(["pg_dump": script]) { folder in
            #expect(try await tools(folder).all(.pgDump).isEmpty)
            let error = try await #require(throws: PostgresError.self) {
                _ = try await tools(folder).client(.pgDump, forServer: PostgresVersion(major: 15, minor: 1))
            }
            #expect(error.message.hasPrefix("\(folder)/pg_dump does not work: "), "\(error.message)")
            #expect(error.message.contains(words), "\(error.message)")
            #expect(error.category == .unavailable && error.hint?.contains("--version") == true)
        }
    }

    @Test func `says what a program said on one line, without its name before each`() {
        let words = ClientTool.words(
            "pg_dumpall: error: could not connect\npg_dumpall: detail: why\n\n  and more\n", of: .pgDumpAll)
        #expect(words == "could not connect; detail: why; and more")
    }

    @Test func `returns what a program wrote and how it ended`() async throws {
        try await withPrograms(["psql": "if test \"$1\" = --version; then echo 15.1; else cat; echo no >&2; exit 3; fi"]
        ) {
            folder in
            let psql = try await tools(folder).client(.psql, forServer: PostgresVersion(major: 15, minor: 0))
            let output = try await psql.run([], standardInput: Array("in".utf8))
            #expect(output.status == .exited(3))
            #expect(output.standardOutput == Array("in".utf8))
            #expect(output.standardError == "no")
            let error = try await #require(throws: PostgresError.self) { _ = try await psql.runSuccessfully([]) }
            #expect(error.message == "psql ended with exit status 3: no")
        }
    }

    @Test func `passes arguments on as the bytes that they are`() async throws {
        try await withPrograms(["psql": "if test \"$1\" = --version; then echo 15.1; else printf %s \"$1\"; fi"]) {
            folder in
            let psql = try await tools(folder).client(.psql, forServer: PostgresVersion(major: 15, minor: 0))
            let name = ServerText(bytes: [0x67, 0xF6, 0x20, 0xFF])
            #expect(try await psql.runSuccessfully([name]).standardOutput == name.bytes)
        }
    }

    @Test func `refuses an argument that C would cut off`() async throws {
        try await withPrograms(["psql": "echo 15.1"]) { folder in
            let psql = try await tools(folder).client(.psql, forServer: PostgresVersion(major: 15, minor: 0))
            await #expect(throws: PostgresError.self) { try await psql.run([ServerText(bytes: [0x61, 0, 0x62])]) }
        }
    }

    @Test func `loses nothing of a program that writes much and ends at once`() async throws {
        let script = "test \"$1\" = --version && echo 15.1 && exit; head -c 300000 /dev/zero; echo end >&2"
        try await withPrograms(["psql": script]) { folder in
            let psql = try await tools(folder).client(.psql, forServer: PostgresVersion(major: 15, minor: 0))
            for _ in 0..<20 {
                let output = try await psql.runSuccessfully([])
                #expect(output.standardOutput.count == 300_000)
                #expect(output.standardError == "end")
            }
        }
    }

    @Test func `gives programs no setting of the session and no password by environment`() async throws {
        try await withPrograms(["psql": "if test \"$1\" = --version; then echo 15.1; else env; fi"]) { folder in
            let environment = [
                "PGCLIENTENCODING": "LATIN1", "PGTZ": "CET", "PGDATESTYLE": "SQL", "PGOPTIONS": "-c x=y",
                "PGGEQO": "off", "PGPASSWORD": "hush", "LANGUAGE": "de", "LC_MESSAGES": "de_DE", "PGSSLMODE": "prefer",
            ]
            let psql = try await tools(folder, environment: environment)
                .client(.psql, forServer: PostgresVersion(major: 15, minor: 0))
            let info = ConnectionInfo(keywords: ["password": "se:cr\\et", "sslpassword": "hush too"])
            let output = try await psql.runSuccessfully([], connection: info)
            let lines = String(decoding: output.standardOutput, as: UTF8.self).split(separator: "\n")
            let names = Set(lines.map { String($0.prefix { $0 != "=" }) })
            #expect(names.isSuperset(of: ["LC_ALL", "PGPASSFILE", "PGSERVICEFILE", "PGSSLMODE"]))
            #expect(
                names.isDisjoint(with: [
                    "PGCLIENTENCODING", "PGTZ", "PGDATESTYLE", "PGOPTIONS", "PGGEQO", "PGPASSWORD", "LANGUAGE",
                    "LC_MESSAGES",
                ]))
            #expect(!lines.contains { $0.contains("hush") || $0.contains("cr\\et") })
        }
    }

    @Test func `passes secrets by private files that go with the program`() async throws {
        let script = """
            test "$1" = --version && echo 15.1 && exit
            stat -c %a "$PGPASSFILE" "$PGSERVICEFILE" "$(dirname "$PGPASSFILE")"
            cat "$PGPASSFILE" "$PGSERVICEFILE"; echo "$PGPASSFILE"
            """
        try await withPrograms(["psql": script]) { folder in
            let psql = try await tools(folder).client(.psql, forServer: PostgresVersion(major: 15, minor: 0))
            let info = ConnectionInfo(keywords: ["password": "se:cr\\et", "sslpassword": "key pass"])
            let output = try await psql.runSuccessfully([], connection: info)
            let lines = String(decoding: output.standardOutput, as: UTF8.self).split(separator: "\n").map(String.init)
            #expect(
                lines.dropLast() == ["600", "600", "700", "*:*:*:*:se\\:cr\\\\et", "[dbops]", "sslpassword=key pass"])
            #expect(!FileManager.default.fileExists(atPath: try #require(lines.last)))
        }
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `connects programs with a password that no argument holds`(binFolder: String) async throws {
        let cluster = try await ScratchCluster.shared(binFolder)
        let info = try #require(cluster.tcpConnectionInfo)
        try await cluster.openSession().execute(
            "CREATE TABLE wide AS SELECT repeat('x', 1000) FROM generate_series(1, 5000)")
        let pgDump = try await cluster.tools.client(.pgDump, forServer: cluster.version)
        try await cluster.psql("GRANT SELECT ON wide TO app")
        let (commandLines, output) = try await pgDump.withStandardOutput(["-t", "wide"], connection: info) { output in
            _ = try await output.next()
            return Self.commandLines(containing: pgDump.path)
        }
        #expect(commandLines.contains { $0.contains("127.0.0.1") })
        #expect(!commandLines.contains { $0.contains(ScratchCluster.password.value) })
        #expect(!output.status.isSuccess)
        let whole = try await pgDump.runSuccessfully(["-t", "wide"], connection: info)
        #expect(whole.standardOutput.count > 5_000_000)
    }

    private static func commandLines(containing path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { FileManager.default.contents(atPath: "/proc/\($0)/cmdline") }
            .map { String(decoding: $0.map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self) }.filter { $0.contains(path) }
    }

    @Test func `classifies a wrong password of a program`() async throws {
        let cluster = try await ScratchCluster.shared()
        let info = try #require(cluster.tcpConnectionInfo).with(password: Secret("wr0ng"))
        let pgDump = try await cluster.tools.client(.pgDump, forServer: cluster.version)
        let error = try await #require(throws: PostgresError.self) {
            _ = try await pgDump.runSuccessfully([], connection: info)
        }
        #expect(error.category == .permission)
        #expect(error.message.contains("password authentication failed"))
        #expect(!error.message.contains("wr0ng"))
    }

    @Test func `ends a program when its task is cancelled`() async throws {
        let script = "test \"$1\" = --version && echo 15.1 && exit; echo $$; sleep 600"
        try await withPrograms(["psql": script]) { folder in
            let psql = try await tools(folder).client(.psql, forServer: PostgresVersion(major: 15, minor: 0))
            let (processes, found) = AsyncStream<Int32>.makeStream()
            let task = Task {
                _ = try await psql.withStandardOutput([]) { output in
                    while let bytes = try await output.next() {
                        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
                        if let process = Int32(text) { found.yield(process) }
                    }
                }
            }
            var process: Int32?
            for await found in processes {
                process = found
                break
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(kill(try #require(process), 0) == -1)
        }
    }
}
