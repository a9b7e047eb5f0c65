import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// A job file of a test's own, and the daemons that run it. No daemon outlives it.
final class DaemonPlace: Sendable {
    let workplace: Workplace
    let server: TestServer
    let database: String
    private let daemons = Mutex<[RunningProgram]>([])

    deinit {
        for daemon in daemons.withLock({ $0 }) { daemon.send(SIGKILL) }
    }

    var jobFile: String { "\(workplace.folder)/dbops.toml" }
    var state: String { "\(workplace.folder)/state" }

    /// The job file's head: the daemon, a small database, a directory store.
    var head: String {
        """
        [daemon]
        state = "\(state)"
        listen = ""
        shutdown_grace = "10s"
        [databases.shop]
        url = "\(server.text(database))"
        [stores.local]
        url = "file://\(workplace.store)"

        """
    }

    /// A backup job that fires every second.
    static func job(_ name: String = "nightly", _ keys: String = "every = \"1s\"") -> String {
        "[jobs.\(name)]\nkind = \"backup\"\ndatabase = \"shop\"\nstores = [\"local\"]\ntimezone = \"UTC\"\n\(keys)\n"
    }

    init(_ sample: Sample = .small) async throws {
        workplace = try Workplace()
        server = try await ServerPool.current.server()
        database = try await server.makeDatabase(sample)
    }

    func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: jobFile))
    }

    /// Starts a daemon and returns when it runs.
    func start(
        environment: [String: String] = [:], launcher: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> RunningProgram {
        var dbops = workplace.dbops
        dbops.environment.merge(environment) { $1 }
        dbops.launcher = launcher
        let daemon = try dbops.start(["daemon", "--config", jobFile])
        daemons.withLock { $0.append(daemon) }
        try await waitUntil("the daemon runs", sourceLocation: sourceLocation) {
            try #require(daemon.isRunning, "\(daemon.standardError)", sourceLocation: sourceLocation)
            return daemon.standardError.contains("The daemon runs")
        }
        return daemon
    }

    /// Asks a daemon to stop, which must go well.
    func stop(_ daemon: RunningProgram, sourceLocation: SourceLocation = #_sourceLocation) async {
        daemon.send(SIGTERM)
        #expect(await daemon.ending() == .exited(0), "\(daemon.standardError)", sourceLocation: sourceLocation)
    }

    /// The history, oldest first; empty as long as there is none.
    func runs(_ arguments: String...) async throws -> [[String: Any]] {
        let result = try await workplace.run(
            ["runs", "--state", state, "--json", "--limit", "100000"] + arguments)
        return try result.exitCode == 0 ? result.objects().reversed() : []
    }

    /// Waits until the history holds a run like this.
    @discardableResult
    func waitForRun(
        _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ isIt: ([String: Any]) -> Bool
    ) async throws -> [String: Any] {
        var found: [String: Any] = [:]
        try await waitUntil(what, sourceLocation: sourceLocation) {
            guard let run = try await runs().first(where: isIt) else { return false }
            found = run
            return true
        }
        return found
    }

    /// The instants that have a record, which must be each one once and without a gap.
    func expectWholeAccounts(
        of job: String, every seconds: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let instants = try await runs(job).compactMap { run -> Int? in
            guard let text = run.text("scheduled_at") else { return nil }
            return ISO8601DateFormatter().date(from: text).map { Int($0.timeIntervalSince1970) }
        }.sorted()
        let first = try #require(instants.first, sourceLocation: sourceLocation)
        let last = try #require(instants.last, sourceLocation: sourceLocation)
        #expect(instants == Array(stride(from: first, through: last, by: seconds)), sourceLocation: sourceLocation)
    }
}
