import Foundation
import JobModel

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

    var port: String { options.settings["port"] ?? "5432" }
    var serverFolder: String { "\(folder)/server" }
    var dataFolder: String { "\(serverFolder)/data" }
    var logPath: String { "\(serverFolder)/log" }

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
            throw failure(ofInitdb: ending)
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
    var environment: [String: String] {
        var environment = ["LC_ALL": "C.UTF-8", "HOME": serverFolder, "TZ": "UTC"]
        environment["PATH"] = programs.postgres.environment["PATH"]
        return environment
    }

    /// Removes the folder, or keeps it. Runs to its end also in a cancelled task.
    func dispose(of directory: OwnedDirectory) async {
        await uncancelled {
            await waitForServerEnd()
            if options.isKept, (try? directory.keep()) != nil { return }
            _ = try? await run("/bin/rm", ["-rf", "--one-file-system", "--", "\(serverFolder)"])
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

    private func failure(ofInitdb ending: ChildProcess.Ending) -> PostgresError {
        let reason = "initdb \(ending.status): \(Self.tellingLine(of: ending.standardError))"
        guard Self.isAboutFullDisk(ending.standardError) else { return failure(reason) }
        return .cluster(reason: reason, hint: Self.roomHint(options.parentFolder), category: .cannotWrite)
    }
}
