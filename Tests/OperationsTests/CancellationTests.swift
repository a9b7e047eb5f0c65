import Foundation
import JobModel
import ObjectStorage
import Operations
import TestSupport
import Testing

extension ServerTests {
    /// Ctrl-C at every moment: the workbench sees to it that no folder and no session is left.
    @Suite struct CancellationTests {
        private static let shop: ServerText = """
            CREATE TABLE t (id int PRIMARY KEY, t text); CREATE INDEX t_t ON t (t); CREATE TABLE u AS SELECT 1 AS n;
            INSERT INTO t SELECT n, 'row ' || n FROM generate_series(1, 20000) n; SELECT lo_from_bytea(100001, 'hello');
            """

        /// Runs `work` to its end, and then once for each of its phases, cancelled when that begins; returns the phases.
        private func cancelAtEachPhase(
            _ bench: Workbench, _ work: @escaping @Sendable () async throws -> Void,
            then check: (_ phase: String) async throws -> Void
        ) async throws -> [String] {
            let before = bench.reporter.phases.count
            try await work()
            let phases = Array(bench.reporter.phases.dropFirst(before))
            for number in phases.indices {
                let (begun, signal) = AsyncStream.makeStream(of: Void.self)
                let start = bench.reporter.phases.count
                bench.reporter.listen { [reporter = bench.reporter] _ in
                    if reporter.phases.count > start + number { signal.yield() }
                }
                let task = Task { try await work() }
                for await _ in begun { break }
                task.cancel()
                await #expect(throws: CancellationError.self, "\(phases[number])") { try await task.value }
                bench.reporter.listen(nil)
                try await check(phases[number])
            }
            return phases
        }

        @Test func `a backup that is cancelled in any phase leaves nothing behind`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let phases = try await cancelAtEachPhase(bench) {
                    try await bench.backUp()
                } then: { phase in
                    let list = try await BackupCatalog(store: bench.store).list(job: nil)
                    #expect(list.backups.count == 1 && list.unreadable.isEmpty, "\(phase)")
                    let folders = Set(
                        try await bench.store.list(under: nil).map { $0.key.description.split(separator: "/")[1] })
                    #expect(folders.count == 1, "\(phase)")
                }
                #expect(phases.count == 4)
            }
        }

        @Test(arguments: [true, false])
        func `a verification that is cancelled in any phase leaves nothing behind`(isOnServer: Bool) async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await bench.backUp()
                let phases = try await cancelAtEachPhase(bench) {
                    _ = try await bench.verify(backup) { if !isOnServer { $0.server = nil } }
                } then: { phase in
                    let scratch = try await bench.count(
                        "SELECT count(*) FROM pg_database WHERE datname LIKE 'dbops\\_%'")
                    #expect(scratch == 0, "\(phase)")
                    #expect(try bench.folder.names(in: "tmp") == [], "\(phase)")
                }
                #expect(phases.count == (isOnServer ? 5 : 6))
                let evidence = try await bench.store.list(under: nil).count {
                    $0.key.description.contains(".evidence/")
                }
                #expect(evidence == 1)
            }
        }
    }
}
