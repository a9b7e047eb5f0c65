import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

/// A PostgreSQL server of a test's own whose clock the test sets, so that what takes days to go wrong has gone wrong.
struct AgedServer {
    let workplace: Workplace
    let clock: FalseClock
    private let binFolder = ScratchCluster.anyBinFolder

    /// Whether this machine can have one, with all that statements are counted by.
    static var isPossible: Bool {
        FalseClock.library != nil
            && FileManager.default.fileExists(atPath: "\(ScratchCluster.anyBinFolder)/pg_resetwal")
            && ["lib", "lib/postgresql"].contains {
                FileManager.default.fileExists(atPath: "\(ScratchCluster.anyBinFolder)/../\($0)/pg_stat_statements.so")
            }
    }

    /// `offset` is what its clock begins with, as faketime(1) takes it.
    init(clock offset: String) throws {
        workplace = try Workplace()
        clock = try FalseClock(in: workplace, offset)
    }

    private var home: String { "\(workplace.folder)/server" }
    private var user: OperatingSystemUser? {
        OperatingSystemUser.isRoot ? OperatingSystemUser(named: "postgres") : nil
    }
    private var asUser: String {
        user.map { "/usr/bin/setpriv --reuid=\($0.userID) --regid=\($0.groupID) --clear-groups " } ?? ""
    }

    /// For `--database`, over the socket.
    func text(_ database: String, user: String = "postgres") -> String {
        "postgresql://\(user)@/\(database)?host=\(home)"
    }

    /// Makes the cluster. `options` are initdb's.
    func make(options: String = "") async throws {
        try await workplace.shell(
            """
            mkdir '\(home)'; \(user.map { "chown \($0.userID):\($0.groupID) '\(home)'" } ?? "true"); cd '\(home)'
            \(asUser)\(binFolder)/initdb -D data -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync \(options) \
              >/dev/null
            """)
    }

    /// Lets a server that does not run have come so far with its transaction ids. What became of transactions stands in
    /// files of 256 KiB, of four to a byte.
    func advance(toXid id: Int) async throws {
        try await workplace.shell(
            """
            cd '\(home)'
            \(asUser)\(binFolder)/pg_resetwal -f -x \(id) data >/dev/null
            head -c 262144 /dev/zero > data/pg_xact/\(String(format: "%04X", id / 1_048_576))
            \(user.map { "chown \($0.userID):\($0.groupID) data/pg_xact/*" } ?? "true")
            """)
    }

    /// Starts it, runs `body`, and stops it as a crash would.
    nonisolated(nonsending) func running(
        _ settings: [String: String], _ body: nonisolated(nonsending) () async throws -> Void
    ) async throws {
        let arguments = settings.merging(["listen_addresses": "", "unix_socket_directories": home]) { $1 }
            .sorted { $0.key < $1.key }.map { "-c '\($0.key)=\($0.value)'" }.joined(separator: " ")
        let program = try RunningProgram(
            "/bin/bash",
            [
                "-c",
                "cd '\(home)'; exec /usr/bin/timeout -s QUIT 900 \(asUser)/usr/bin/env LD_PRELOAD=$LIBRARY "
                    + "\(binFolder)/postgres -D data \(arguments) >>'\(home)/log' 2>&1",
            ],
            environment: clock.environment.merging([
                "LIBRARY": FalseClock.library ?? "", "LD_PRELOAD": "", "LC_ALL": "C", "TZ": "UTC",
                "PATH": "/usr/bin:/bin",
            ]) { $1 }, folder: workplace.folder)
        let result: Result<Void, any Error>
        do {
            try await waitUntil("the server does not start") {
                try #require(
                    program.isRunning, "\((try? String(contentsOfFile: "\(home)/log", encoding: .utf8)) ?? "")")
                return (try? await psql("SELECT 1")) != nil
            }
            try await body()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        program.send(SIGQUIT)
        _ = await program.ending()
        try result.get()
    }

    @discardableResult
    nonisolated(nonsending) func psql(_ script: String, database: String = "postgres") async throws -> String {
        let file = "\(workplace.folder)/\(UUID().uuidString).sql"
        try Data(script.utf8).write(to: URL(fileURLWithPath: file))
        return try await workplace.shell(
            "'\(binFolder)/psql' -X -q -A -t -v ON_ERROR_STOP=1 -f '\(file)' '\(text(database))'"
        ).trimmingCharacters(in: .newlines)
    }

    func session(_ database: String, user: String = "postgres") async throws -> Session {
        try await Session.open(try ConnectionInfo(parsing: text(database, user: user)), applicationName: "app")
    }
}
