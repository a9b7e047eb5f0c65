import Foundation
import JobModel
import Subprocess
import SystemPackage

/// The folder of a throw-away cluster and what happens in it.
///
/// ```
/// dbops-c-XXXXXX/        ours: marker, lock
///     server/            the server user's: socket, log
///         data/
/// ```
struct ClusterSite: Sendable {
    let folder: String
    /// Nil where the server runs as this process's user.
    let user: OperatingSystemUser?
    let programs: ServerPrograms
    let options: ThrowAwayClusterOptions

    private var port: String { options.settings["port"] ?? "5432" }
    private var serverFolder: String { "\(folder)/server" }
    private var dataFolder: String { "\(serverFolder)/data" }
    private var logPath: String { "\(serverFolder)/log" }

    /// Makes the folders and the cluster.
    func initialize() async throws {
        try checkSocketPath()
        try makeServerFolder()
        let arguments: [ServerText] = [
            "-D", "\(dataFolder)", "-U", "\(options.superuser)", "--auth-local=trust", "--auth-host=scram-sha-256",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        ]
        let ending = try await run(programs.initdb.path, arguments)
        guard ending.status.isSuccess else {
            throw failure("initdb \(ending.status): \(ending.standardError)", category: category(of: ending))
        }
    }

    /// The longest path that a socket's address holds (`sun_path`), with its terminating zero.
    private func checkSocketPath() throws {
        let path = "\(serverFolder)/.s.PGSQL.\(port)"
        guard path.utf8.count <= 107 else {
            throw PostgresError.cluster(
                reason: "the path of its socket, \(path), is longer than 107 bytes",
                hint: "Give a folder with a shorter path, for instance with TMPDIR=/tmp.", category: .configuration)
        }
    }

    private func makeServerFolder() throws {
        guard mkdir(serverFolder, 0o700) == 0 else { throw failure("cannot make \(serverFolder): \(errnoText)") }
        guard let user else { return }
        guard chmod(folder, 0o711) == 0, chown(serverFolder, user.userID, user.groupID) == 0 else {
            throw failure("cannot give \(serverFolder) to \(user.name): \(errnoText)")
        }
    }

    private var errnoText: String { String(cString: strerror(errno)) }

    private func run(_ executable: String, _ arguments: [ServerText]) async throws -> ChildProcess.Ending {
        let child = ChildProcess(
            executable: executable, arguments: arguments, environment: environment, user: user)
        return try await child.withStandardOutput { output in
            while try await output.next() != nil {}
        }.1
    }

    /// Nothing of our own settings reaches the server.
    private var environment: [String: String] {
        var environment = ["LC_ALL": "C.UTF-8", "HOME": serverFolder, "TZ": "UTC"]
        environment["PATH"] = programs.postgres.environment["PATH"]
        return environment
    }

    /// Removes the folder, or keeps it. Runs to its end also in a cancelled task.
    func dispose(of directory: OwnedDirectory) async {
        await uncancelled {
            await waitForServerEnd()
            if options.isKept, (try? directory.keep()) != nil { return }
            if user != nil { _ = try? await run("/bin/rm", ["-rf", "--one-file-system", "--", "\(serverFolder)"]) }
            directory.remove()
        }
    }

    /// The log's last lines, for messages.
    var logTail: String {
        guard let bytes = FileManager.default.contents(atPath: logPath) else { return "" }
        return String(decoding: bytes.suffix(2_000), as: UTF8.self).split(separator: "\n").suffix(5)
            .joined(separator: "; ")
    }

    func failure(_ reason: String, category: FailureCategory = .failed) -> PostgresError {
        .cluster(reason: reason, hint: nil, category: category)
    }

    private func category(of ending: ChildProcess.Ending) -> FailureCategory {
        ending.standardError.contains("No space left on device") ? .cannotWrite : .failed
    }
}

extension ClusterSite {
    /// Starts the server, waits until it takes connections, runs `body`, and stops it.
    nonisolated(nonsending) func withServer<Success: Sendable>(
        _ body: nonisolated(nonsending) (ThrowAwayCluster) async throws -> Success
    ) async throws -> Success {
        let cluster = ThrowAwayCluster(
            connectionInfo: ConnectionInfo(keywords: [
                "host": serverFolder, "port": port, "user": options.superuser, "dbname": "postgres",
            ]), version: programs.version, folder: folder)
        let result = try await Subprocess.run(
            supervisor, input: .inputWriter, output: .discarded, error: .discarded
        ) { _ in
            try await waitUntilReady(cluster)
            return try await body(cluster)
        }
        return result.closureResult
    }

    /// A shell that ends the server as soon as its own standard input ends, be it that we close it or that this
    /// process is killed. It catches the signals of the teardown, which go to the whole process group, so that it
    /// ends after the server.
    private static let supervision = """
        trap : QUIT TERM INT HUP
        log=$1
        shift
        "$@" </dev/null >>"$log" 2>&1 &
        cat >/dev/null
        kill -QUIT $! 2>/dev/null
        wait $!
        """

    private var supervisor: Configuration {
        var platformOptions = PlatformOptions()
        platformOptions.processGroupID = 0
        platformOptions.teardownSequence = [
            .send(signal: .quit, toProcessGroup: true, allowedDurationToNextStep: .seconds(10))
        ]
        let variables = environment.map { (Subprocess.Environment.Key(stringLiteral: $0.key), $0.value) }
        let words =
            (user?.commandPrefix ?? []) + ["/bin/sh", "-c", Self.supervision, "dbops", logPath]
            + [programs.postgres.path, "-D", dataFolder] + settingArguments
        return Configuration(
            executable: .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)), workingDirectory: "/",
            platformOptions: platformOptions)
    }

    private var settingArguments: [String] {
        ClusterSettings.forLoading(
            socketFolder: serverFolder, port: port, memoryInBytes: ProcessInfo.processInfo.physicalMemory
        ).merging(options.settings) { $1 }
            .sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    }

    /// Tries to connect until it works, for at most two minutes.
    private nonisolated(nonsending) func waitUntilReady(_ cluster: ThrowAwayCluster) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            do {
                let session = try await Session.open(cluster.connectionInfo, applicationName: "dbops")
                await session.close()
                return
            } catch let error as PostgresError {
                let log = logTail
                let hasFailed = log.contains("FATAL:") && !log.contains("starting up")
                guard !hasFailed, ContinuousClock.now < deadline else {
                    throw failure("the server does not start: \(hasFailed ? log : error.message)")
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// The shell ends after the server, but a killed shell does not.
    fileprivate func waitForServerEnd() async {
        let deadline = ContinuousClock.now + .seconds(15)
        while Self.hasServer(in: folder), ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Whether the process that the cluster's `postmaster.pid` names is alive and works in this folder.
    static func hasServer(in folder: String) -> Bool {
        let data = "\(folder)/server/data"
        guard let bytes = FileManager.default.contents(atPath: "\(data)/postmaster.pid"),
            let firstLine = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first,
            let processID = Int32(firstLine.trimmingWhitespace), processID > 0
        else { return false }
        // The number may have gone to another process since: its working folder tells, where it may be read.
        guard let workingFolder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(processID)/cwd")
        else { return kill(processID, 0) == 0 || errno == EPERM }
        return workingFolder == data || workingFolder == "\(data) (deleted)"
    }
}
