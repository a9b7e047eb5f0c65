import Foundation
import JobModel
import Operations
import Postgres
import TestSupport
import Testing

/// A database of its own, and clean-ups of its tables.
struct CleanBench: Sendable {
    let cluster: ScratchCluster
    /// As superuser.
    let database: ConnectionInfo
    let reporter = RecordingReporter()
    let memory = RecordingMemory()

    /// Rows of which every fifth is older than 30 days.
    static let sessions: ServerText = """
        CREATE TABLE sessions (id bigserial PRIMARY KEY, expires_at timestamptz NOT NULL, note text);
        CREATE INDEX ON sessions (expires_at);
        INSERT INTO sessions (expires_at)
        SELECT now() - CASE WHEN i % 5 = 0 THEN interval '31 days' + i * interval '1 second' ELSE interval '1 day' END
          FROM generate_series(1, 2000) AS i;
        """

    init(_ script: ServerText = sessions, on binFolder: String = ScratchCluster.anyBinFolder) async throws {
        try await self.init(script, in: try await ScratchCluster.shared(binFolder))
    }

    init(_ script: ServerText, in cluster: ScratchCluster) async throws {
        var generator = SystemRandomNumberGenerator()
        self.cluster = cluster
        database = try await cluster.createDatabase("clean_\(RunID(using: &generator))")
        try await psql(script)
    }

    /// Small batches, without waiting, each looked at and written down.
    static var tuning: CleanTuning {
        var tuning = CleanTuning()
        tuning.firstBatchRows = 50
        tuning.batchRows = 10...50
        tuning.batchTime = .seconds(60)
        tuning.retryDelay = .milliseconds(1)
        tuning.pollInterval = .microseconds(1)
        tuning.leastRest = .zero
        tuning.lockTimeout = .milliseconds(100)
        return tuning
    }

    static func job(_ change: (inout CleanJob) -> Void = { _ in }) -> CleanJob {
        var job = CleanJob(
            database: "shop", table: "public.sessions", column: "expires_at", olderThan: .seconds(30 * 86_400))
        job.duty = 1
        change(&job)
        return job
    }

    func operation(
        _ job: CleanJob = job(), as user: String? = nil, tuning: CleanTuning = tuning,
        connection: ConnectionInfo? = nil
    ) -> CleanOperation {
        var generator = SystemRandomNumberGenerator()
        let info = connection ?? database
        return CleanOperation(
            context: .forLocks(runID: RunID(using: &generator), reporter: reporter),
            connection: user.map { info.with(user: $0) } ?? info, job: job, jobName: "tidy", memory: memory,
            tuning: tuning)
    }

    @discardableResult
    func psql(_ script: ServerText) async throws -> String {
        try await cluster.psql(script, database: database.database ?? "")
    }

    func count(_ what: ServerText = "sessions") async throws -> Int {
        Int(try await psql("SELECT count(*) FROM \(what)")) ?? -1
    }

    func openSession() async throws -> Session {
        try await Session.open(database, applicationName: "test")
    }
}

/// Remembers, and tells of each time that it is asked to.
actor RecordingMemory: JobMemory {
    private var texts: [String: String] = [:]
    private var times = 0
    private var listener: (@Sendable (Int) async -> Void)?

    func memory(named name: String) -> String? { texts[name] }

    func remember(_ text: String?, as name: String) async -> Bool {
        texts[name] = text
        times += 1
        await listener?(times)
        return true
    }

    /// `listener` is told how many times something was remembered since now.
    func listen(_ listener: (@Sendable (Int) async -> Void)?) {
        times = 0
        self.listener = listener
    }
}
