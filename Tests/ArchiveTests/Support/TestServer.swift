import Foundation
import Testing

/// A throw-away PostgreSQL server from one directory of programs.
struct TestServer: Sendable {
    /// The directory of the server's programs.
    let programs: String
    let folder: String
    let major: Int

    static let variable = "DBOPS_TEST_PG"

    /// The directories that `DBOPS_TEST_PG` lists, separated by colons.
    static var programFolders: [String] {
        (ProcessInfo.processInfo.environment[variable] ?? "").split(separator: ":").map(String.init)
    }

    /// The servers of the suite that runs.
    @TaskLocal static var running: [String: TestServer] = [:]

    static func running(from programs: String) throws -> TestServer {
        try #require(running[programs])
    }

    /// A socket's path is short, hence `/tmp`. The server must not run as root.
    init(starting programs: String) throws {
        self.programs = programs
        folder = "/tmp/dbops-\(UUID().uuidString.prefix(8))"
        let version = try Shell.run("\(programs)/pg_dump --version")
        major = try #require(Int(version.split(separator: " ")[2].prefix { $0.isNumber }))
        try Shell.run(
            """
            as=; if [ $(id -u) = 0 ]; then as="setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/tmp"; fi
            mkdir -m 700 \(folder); [ -z "$as" ] || chown postgres: \(folder)
            $as \(programs)/initdb -D \(folder)/data -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >&2
            # Whoever waits for this shell also waits for the other descriptors that it was given.
            for n in /proc/self/fd/*; do n=${n##*/}; [ $n -le 2 ] || eval "exec $n>&-"; done
            $as \(programs)/pg_ctl -D \(folder)/data -l \(folder)/log -w -s start \
                -o "-c listen_addresses='' -c unix_socket_directories=\(folder) -c fsync=off" >&2
            """)
    }

    func stop() {
        _ = try? Shell.run(
            """
            as=; if [ $(id -u) = 0 ]; then as="setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/tmp"; fi
            $as \(programs)/pg_ctl -D \(folder)/data -m immediate -s stop; rm -rf \(folder)
            """)
    }

    /// Runs a shell command whose programs are the server's, or those of `clients`, and talk to the server.
    @discardableResult
    func run(_ command: String, input: String = "", clients: String? = nil) throws -> String {
        String(decoding: try bytes(command, input: Array(input.utf8), clients: clients), as: UTF8.self)
    }

    func bytes(_ command: String, input: [UInt8] = [], clients: String? = nil) throws -> [UInt8] {
        let path = (clients ?? programs) + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        return try Shell.bytes(
            command, input: input,
            environment: ["PATH": path, "PGHOST": folder, "PGUSER": "postgres", "PGDATABASE": "postgres"])
    }
}

/// Starts the servers of `DBOPS_TEST_PG` for a suite, each with the example databases, and stops them at its end.
struct WithServers: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        var servers: [String: TestServer] = [:]
        defer { for server in servers.values { server.stop() } }
        for programs in TestServer.programFolders {
            let server = try TestServer(starting: programs)
            servers[programs] = server
            try ExampleDatabases.create(on: server)
        }
        try await TestServer.$running.withValue(servers, operation: function)
    }
}
