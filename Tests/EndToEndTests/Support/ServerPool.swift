import Foundation
import JobModel
import TestSupport
import Testing

/// The PostgreSQL servers of all tests, each started when the first test asks for it.
actor ServerPool {
    /// The pool of the suite that runs.
    @TaskLocal static var current = ServerPool()

    private struct Running {
        let server: Task<TestServer, any Error>
        let life: Task<Void, any Error>
        let stop: AsyncStream<Never>.Continuation
    }

    private var running: [String: Running] = [:]
    private var backups: [SampleBackup.Source: Task<SampleBackup, any Error>] = [:]

    /// The server whose programs are in `binFolder`.
    func server(_ binFolder: String = ScratchCluster.anyBinFolder) async throws -> TestServer {
        if let known = running[binFolder] { return try await known.server.value }
        let (stopped, stop) = AsyncStream<Never>.makeStream()
        let (started, start) = AsyncThrowingStream<TestServer, any Error>.makeStream()
        let life = Task {
            do {
                try await ScratchCluster.with(binFolder, wantsTCP: true, settings: TestServer.settings) { cluster in
                    try await cluster.psql("CREATE ROLE owner LOGIN SUPERUSER PASSWORD '\(TestServer.ownerPassword)'")
                    start.yield(try TestServer(cluster, binFolder: binFolder))
                    for await _ in stopped {}
                }
                start.finish()
            } catch {
                start.finish(throwing: error)
                throw error
            }
        }
        let server = Task {
            for try await server in started { return server }
            throw CancellationError()
        }
        running[binFolder] = Running(server: server, life: life, stop: stop)
        return try await server.value
    }

    /// The backup of a sample, made when the first test asks for it.
    func backup(of source: SampleBackup.Source) async throws -> SampleBackup {
        if let known = backups[source] { return try await known.value }
        let task = Task { try await SampleBackup(of: source, on: try await server(source.binFolder)) }
        backups[source] = task
        return try await task.value
    }

    func stop() async {
        for server in running.values { server.stop.finish() }
        for server in running.values { _ = await server.life.result }
        running = [:]
        backups = [:]
    }
}

/// Gives a suite a pool of servers, and stops them at its end.
struct ServersTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let pool = ServerPool()
        let result: Result<Void, any Error>
        do {
            try await ServerPool.$current.withValue(pool) { try await function() }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await pool.stop()
        try result.get()
    }
}

extension Trait where Self == ServersTrait {
    static var servers: Self { ServersTrait() }
}
