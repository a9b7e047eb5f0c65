import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct SessionCancellationTests {
    /// Milliseconds are measured on an idle machine; other tests run beside these.
    private static let patience = Duration.seconds(60)

    /// Runs `work` in a task that is cancelled as soon as the server is seen to run it; returns how long its end took.
    private func cancel(
        _ session: Session, _ cluster: ScratchCluster, work: @escaping @Sendable () async throws -> Void
    ) async throws -> Duration {
        let task = Task { try await work() }
        let observer = try await cluster.openSession()
        let sql: ServerText = "SELECT state FROM pg_stat_activity WHERE pid = $1"
        let pid = ServerText("\(session.server.backendProcessID)")
        while try await observer.query(sql, [pid]).onlyRow().string("state") != "active" { await Task.yield() }
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        return ContinuousClock.now - start
    }

    @Test func `ends a query at once and stays usable`() async throws {
        let cluster = try await ScratchCluster.shared()
        let session = try await cluster.openSession()
        let duration = try await cancel(session, cluster) { try await session.execute("SELECT pg_sleep(600)") }
        #expect(duration < Self.patience)
        #expect(try await session.query("SELECT 1 AS one").onlyRow().int("one") == 1)
    }

    @Test func `ends a COPY that hands out rows`() async throws {
        let cluster = try await ScratchCluster.shared()
        let session = try await cluster.openSession()
        let duration = try await cancel(session, cluster) {
            _ = try await session.copyOut("COPY (SELECT generate_series(1, 2000000000)) TO STDOUT") { _ in }
        }
        #expect(duration < Self.patience)
        #expect(try await session.query("SELECT 1 AS one").onlyRow().int("one") == 1)
    }

    @Test func `ends a COPY that waits for its first row`() async throws {
        let cluster = try await ScratchCluster.shared()
        let session = try await cluster.openSession()
        let duration = try await cancel(session, cluster) {
            _ = try await session.copyOut("COPY (SELECT pg_sleep(600)) TO STDOUT") { _ in }
        }
        #expect(duration < Self.patience)
        #expect(try await session.query("SELECT 1 AS one").onlyRow().int("one") == 1)
    }

    @Test func `ends a COPY whose source waits`() async throws {
        let cluster = try await ScratchCluster.shared()
        let session = try await cluster.openSession()
        try await session.execute("CREATE TEMP TABLE target (n int)")
        let duration = try await cancel(session, cluster) {
            _ = try await session.copyIn("COPY target FROM STDIN") {
                try await Task.sleep(for: .seconds(600))
                return nil
            }
        }
        #expect(duration < Self.patience)
        #expect(try await session.query("SELECT count(*) FROM target").onlyRow().int("count") == 0)
    }

    @Test func `ends the wait for a lock`() async throws {
        let cluster = try await ScratchCluster.shared()
        let holder = try await cluster.openSession()
        try await holder.execute("CREATE TABLE held (n int)")
        try await holder.execute("BEGIN; LOCK TABLE held")
        let session = try await cluster.openSession()
        let duration = try await cancel(session, cluster) { try await session.execute("TABLE held") }
        #expect(duration < Self.patience)
        try await holder.execute("ROLLBACK; DROP TABLE held")
    }

    @Test func `does not begin in a cancelled task`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await session.execute("SELECT pg_sleep(600)")
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `keeps a time-out of the server apart from a cancelled task`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        try await session.execute("SET statement_timeout = 1")
        let error = try await #require(throws: PostgresError.self) { try await session.execute("SELECT pg_sleep(600)") }
        guard case .statement(let failure) = error else { throw error }
        #expect(failure.sqlState == .queryCanceled)
    }

    @Test func `never lets a late cancellation hit the next statement`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        for _ in 0..<200 {
            let task = Task { try await session.execute("SELECT 1") }
            await Task.yield()
            task.cancel()
            _ = try? await task.value
            #expect(try await session.query("SELECT 1 AS one").onlyRow().int("one") == 1)
        }
    }

    @Test func `leaves the queue of a session that is busy`() async throws {
        let cluster = try await ScratchCluster.shared()
        let session = try await cluster.openSession()
        let busy = Task { try await session.execute("SELECT pg_sleep(600)") }
        let waiting = Task { try await session.execute("SELECT 1") }
        await Task.yield()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        busy.cancel()
        await #expect(throws: CancellationError.self) { try await busy.value }
    }
}
