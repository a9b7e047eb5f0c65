import Foundation
import JobModel
import Subprocess
import SystemPackage

extension ClusterSite {
    /// Starts the server, waits until it takes connections, runs `body`, and stops it.
    nonisolated(nonsending) func withServer<Success: Sendable>(
        _ body: nonisolated(nonsending) (ThrowAwayCluster) async throws -> Success
    ) async throws -> Success {
        let cluster = ThrowAwayCluster(
            connectionInfo: ConnectionInfo(keywords: [
                "host": serverFolder, "port": port, "user": options.superuser, "dbname": "postgres",
            ]), version: programs.version, folder: folder)
        do {
            let result = try await Subprocess.run(
                supervisor, input: .inputWriter, output: .discarded, error: .discarded
            ) { _ in
                try await waitUntilReady(cluster)
                return try await body(cluster)
            }
            return result.closureResult
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw failure("its shell could not be run: \(error)", category: .unavailable)
        }
    }

    /// A shell that ends the server as soon as its own standard input ends, be it that we close it or that this
    /// process is killed. It catches the signals of the teardown, which go to the whole process group, so that it
    /// ends after the server. A cluster that is kept is shut down properly, any other at once.
    private static let supervision = """
        trap : QUIT TERM INT HUP
        signal=$1
        log=$2
        shift 2
        "$@" </dev/null >>"$log" 2>&1 &
        cat >/dev/null
        kill -"$signal" $! 2>/dev/null
        wait $!
        """

    private var supervisor: Subprocess.Configuration {
        var platformOptions = PlatformOptions()
        platformOptions.processGroupID = 0
        platformOptions.teardownSequence = [
            .send(signal: .quit, toProcessGroup: true, allowedDurationToNextStep: .seconds(10))
        ]
        let variables = environment.map { (Subprocess.Environment.Key(stringLiteral: $0.key), $0.value) }
        let words =
            (user?.commandPrefix ?? []) + ["/bin/sh", "-c", Self.supervision, "dbops"]
            + [options.isKept ? "INT" : "QUIT", logPath]
            + [programs.postgres.path, "-D", dataFolder] + settingArguments
        return Configuration(
            executable: .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)), workingDirectory: "/",
            platformOptions: platformOptions)
    }

    private var settingArguments: [String] {
        ClusterSettings.forLoading(
            socketFolder: serverFolder, port: port, memoryInBytes: MachineMemory.inBytes
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
    func waitForServerEnd() async {
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
