import Archive
import Foundation
import JobModel
import Logging
import ObjectStorage
import Operations
import Postgres
import TestSupport
import Testing

/// The suites that need a server: they share one, and are run one after another.
@Suite(.serialized, OwnServer()) struct ServerTests {}

/// A database of its own on the suite's server, a store in a folder of its own, and operations between the two.
struct Workbench: Sendable {
    let cluster: ScratchCluster
    let folder: TestFolder
    /// As superuser.
    let database: ConnectionInfo
    let store: DirectoryStore
    let reporter = RecordingReporter()
    let clock = ManualClock()

    /// Runs `body`, and then holds dbops to what it owes in every case: no private folder is left, and no session.
    nonisolated(nonsending) static func with<Success: Sendable>(
        _ script: ServerText = "", on cluster: ScratchCluster? = nil, database name: String? = nil,
        options: String = "",
        _ body: nonisolated(nonsending) (Workbench) async throws -> Success
    ) async throws -> Success {
        let cluster = try cluster ?? OwnServer.cluster
        var generator = SystemRandomNumberGenerator()
        let name = name ?? "t_\(RunID(using: &generator))"
        let database = try await cluster.createDatabase(name, options: options)
        return try await TestFolder.with { folder in
            // The user of throw-away clusters passes through it.
            chmod(try folder.makeFolder("tmp"), 0o711)
            let bench = Workbench(
                cluster: cluster, folder: folder, database: database,
                store: DirectoryStore(path: "\(folder.path)/store"))
            // Waits for locks are half as long as this.
            try await bench.psql("ALTER DATABASE \(ServerText(name).quotedAsIdentifier) SET deadlock_timeout = '40ms'")
            try await bench.psql(script)
            let success = try await body(bench)
            #expect(try folder.names(in: "tmp") == [])
            try await waitUntil("a session is left") { try await bench.sessionsOfOperations() == 0 }
            return success
        }
    }

    var temporaryDirectory: String { "\(folder.path)/tmp" }

    func context(runID: RunID? = nil) -> OperationContext {
        var generator = SystemRandomNumberGenerator()
        var environment = ProcessInfo.processInfo.environment
        environment["TMPDIR"] = temporaryDirectory
        return OperationContext(
            runID: runID ?? RunID(using: &generator), clock: clock,
            tools: ClientTools(
                binFolder: cluster.tools.folders.first ?? ScratchCluster.anyBinFolder, environment: environment),
            reporter: reporter,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, version: "0.0.0-test", hostName: "bench",
            temporaryDirectory: temporaryDirectory)
    }

    nonisolated(nonsending) func psql(_ script: ServerText) async throws {
        guard !script.bytes.isEmpty else { return }
        try await cluster.psql(script, database: database.database ?? "")
    }

    /// A session of the test's own, in the workbench's database.
    nonisolated(nonsending) func openSession() async throws -> Session {
        try await Session.open(database, applicationName: "test")
    }

    /// Sessions that operations have on the server, in any database.
    nonisolated(nonsending) func sessionsOfOperations() async throws -> Int {
        try await count(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'dbops %'"
                + " AND application_name <> 'dbops test'")
    }

    nonisolated(nonsending) func count(_ sql: String) async throws -> Int {
        let text = try await cluster.psql(ServerText(sql), database: database.database ?? "")
        return try #require(Int(text))
    }

    /// Locks on tables of users that a session holds.
    nonisolated(nonsending) func heldLocks(of session: Session) async throws -> Int {
        try await count(
            "SELECT count(*) FROM pg_locks WHERE pid = \(session.server.backendProcessID) AND relation >= 16384 AND granted"
        )
    }

    /// Waits until a session of a client program or of an operation waits for a lock on `table`.
    nonisolated(nonsending) func waitForWaiter(on table: String, _ session: Session) async throws {
        try await waitUntil("nobody waits for \(table)") {
            let waiting = try await session.query(
                """
                SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND locktype = 'relation'
                    AND relation = to_regclass($1)
                """, [ServerText(table)])
            return try waiting.onlyRow().int("n") > 0
        }
    }

    // MARK: - Operations

    func operation(
        store: (any ObjectStore)? = nil, connection: ConnectionInfo? = nil, settings: BackupSettings = .init(),
        job: String? = nil
    ) -> BackupOperation {
        var operation = BackupOperation(
            context: context(), connection: connection ?? database, store: store ?? self.store, job: job,
            settings: settings)
        // The clock stands still: the next second does not come by waiting.
        operation.sleep = { _ in }
        return operation
    }

    @discardableResult
    func backUp(
        store: (any ObjectStore)? = nil, connection: ConnectionInfo? = nil, settings: BackupSettings = .init()
    ) async throws -> BackupReport {
        try await operation(store: store, connection: connection, settings: settings).execute()
    }

    func source(_ backup: BackupReport, store: (any ObjectStore)? = nil) async throws -> BackupSource {
        try await BackupSource.open(ObjectKey(backup.name.folder), in: store ?? self.store)
    }

    /// Verifies on the suite's server.
    func verify(
        _ backup: BackupReport, store: (any ObjectStore)? = nil, _ change: (inout VerifySettings) -> Void = { _ in }
    ) async throws -> VerificationReport {
        var settings = VerifySettings()
        settings.server = cluster.connectionInfo
        settings.jobs = 2
        change(&settings)
        return try await VerifyOperation(
            context: context(), source: try await source(backup, store: store), settings: settings
        ).execute()
    }
}

extension VerificationReport {
    /// The checks that failed, by name, with what was found.
    var failures: [String: String] {
        Dictionary(
            checks.filter { $0.verdict == .failed }.map { ($0.name, ([$0.found] + $0.details).joined(separator: "; ")) }
        ) { $0 + "; " + $1 }
    }
}
