import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// A run of the advisor: it cannot hurt, and what cannot be checked fails nothing.
    @Suite struct AdviseOperationTests {
        private func report(
            _ bench: Workbench, _ checks: [AdviceCheck] = AdviceCheck.schema, memory: any JobMemory = NoJobMemory(),
            connection: ConnectionInfo? = nil, _ change: (inout AdviseRequest) -> Void = { _ in }
        ) async throws -> AdviseReport {
            var request = AdviseRequest(connection: connection ?? bench.database, settings: AdviseJob(database: "shop"))
            request.checks = checks
            change(&request)
            return try await AdviseOperation(context: bench.context(), request: request, memory: memory).execute()
        }

        @Test func `cannot write, and waits for nobody`() async throws {
            try await Workbench.with("CREATE TABLE t (a int); CREATE TABLE u (a int)") { bench in
                let holder = try await bench.openSession()
                try await holder.execute("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
                let writes = AdviceCheck(.duplicateIndex, "a check that writes") { probe in
                    _ = try await probe.rows("INSERT INTO public.u VALUES (1) RETURNING a")
                    return []
                }
                let waits = AdviceCheck(.unusedIndex, "a check that waits") { probe in
                    _ = try await probe.rows("SELECT a FROM public.t")
                    return []
                }
                let lasts = AdviceCheck(.redundantIndex, "a check that lasts") { probe in
                    _ = try await probe.rows("SELECT pg_catalog.pg_sleep(600)")
                    return []
                }
                let report = try await report(bench, [writes, waits, lasts, .unloggedTable]) {
                    $0.statementTimeout = .seconds(1)
                }
                await holder.close()
                #expect(report.checked == [.unloggedTable])
                #expect(
                    report.notChecked == [
                        UncheckedAdvice(
                            id: .duplicateIndex,
                            reason: "cannot execute INSERT in a read-only transaction (SQLSTATE 25006)"),
                        UncheckedAdvice(id: .unusedIndex, reason: "somebody else holds a lock that it needs"),
                        UncheckedAdvice(id: .redundantIndex, reason: "it took longer than 1.0 s"),
                    ])
            }
        }

        @Test func `no check waits for a table that somebody has locked`() async throws {
            try await Workbench.with("CREATE TABLE t (a serial PRIMARY KEY, b int REFERENCES t)") { bench in
                let holder = try await bench.openSession()
                try await holder.execute("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
                let report = try await report(bench)
                await holder.close()
                #expect(Set(report.notChecked.map(\.id)).isSubset(of: [.identityDrift, .unusedIndex]))
                #expect(report.findings.map(\.id) == [.foreignKeyWithoutIndex])
            }
        }

        @Test func `a role without rights learns what the catalogue tells everybody`() async throws {
            let script: ServerText = """
                CREATE ROLE nobody_special LOGIN; CREATE SCHEMA closed; CREATE TABLE closed.t (a int); CREATE INDEX ON closed.t (a);
                CREATE INDEX ON closed.t (a); CREATE TABLE closed.s (a serial PRIMARY KEY); INSERT INTO closed.s VALUES (5);
                """
            try await Workbench.with(script) { bench in
                let report = try await report(bench, connection: bench.database.with(user: "nobody_special"))
                #expect(report.findings.map(\.id) == [.duplicateIndex, .tableWithoutKey])
                #expect(report.notChecked.map(\.id) == [.unusedIndex, .autovacuumSaturated])
                try await bench.psql("DROP OWNED BY nobody_special; DROP ROLE nobody_special")
            }
        }

        @Test func `first sight and end are remembered from run to run`() async throws {
            try await Workbench.with("CREATE UNLOGGED TABLE t (a int)") { bench in
                let memory = TestMemory()
                let first = try await report(bench, [.unloggedTable], memory: memory)
                let seen = try #require(first.findings.first?.firstSeen)
                bench.clock.advance(by: 86_400)
                let second = try await report(bench, [.unloggedTable], memory: memory)
                #expect(second.findings.first?.firstSeen == seen)
                try await bench.psql("ALTER TABLE t SET LOGGED")
                let third = try await report(bench, [.unloggedTable], memory: memory)
                #expect(third.findings == [])
                #expect(third.closed.map(\.object) == ["public.t"])
                #expect(third.closed.first?.firstSeen == seen)
                #expect(try await report(bench, [.unloggedTable], memory: memory).closed == [])
            }
        }

        @Test func `without a memory nothing is said of first sight`() async throws {
            try await Workbench.with("CREATE UNLOGGED TABLE t (a int)") { bench in
                let report = try await report(bench, [.unloggedTable])
                #expect(report.findings.map(\.firstSeen) == [nil])
            }
        }

        @Test func `a job fails by what it names, and is not tried again`() async throws {
            try await Workbench.with("CREATE UNLOGGED TABLE t (a int)") { bench in
                let report = try await report(bench, [.unloggedTable])
                #expect(try report.result(failOn: nil).outcome == .succeeded)
                #expect(try report.result(failOn: .warning).outcome == .succeeded)
                let failed = try report.result(failOn: .notice)
                #expect(failed.outcome == .failed)
                #expect(failed.category == .findings)
                #expect(!failed.isWorthRetrying)
            }
        }

        @Test func `an index that only a standby uses is used`() async throws {
            let script: ServerText = """
                CREATE TABLE t (a int, b int); INSERT INTO t SELECT n, n FROM generate_series(1, 5000) n;
                CREATE INDEX of_a ON t (a); CREATE INDEX of_b ON t (b); VACUUM ANALYZE t;
                """
            try await Workbench.with(script) { bench in
                try await TestFolder.with { folder in
                    try await StandbyServer.with(of: bench.cluster, in: folder) { standby in
                        let there = try await Session.open(
                            standby.with(database: bench.database.database ?? ""), applicationName: "test")
                        try await there.execute("SET enable_seqscan = off")
                        _ = try await there.query("SELECT b FROM t WHERE a = 5")
                        _ = try await there.query("SELECT pg_stat_force_next_flush()")
                        _ = try await there.query("SELECT 1")
                        let session = try await bench.openSession()
                        var server = try await AdviceServer.gather(session)
                        server.observedForSeconds = 40 * 86_400
                        var limits = UnusedIndexLimits(leastBytes: 1_000)
                        limits.leastObservedSeconds = 0
                        let check = AdviceCheck.unusedIndex(limits)
                        let alone = try await check.look(AdviceProbe(session: session, server: server))
                        #expect(alone.map(\.object).sorted() == ["of_a", "of_b"])
                        #expect(alone.allSatisfy { $0.confidence == .estimated })
                        let both = try await check.look(
                            AdviceProbe(session: session, server: server, standbys: [there]))
                        #expect(both.map(\.object) == ["of_b"])
                        #expect(both.allSatisfy { $0.confidence == .measured })
                        server.isInRecovery = true
                        await #expect(throws: AdviceGap.self) {
                            try await check.look(AdviceProbe(session: session, server: server))
                        }
                        await session.close()
                        await there.close()
                    }
                }
            }
        }

        @Test func `statistics that are too young say nothing of use`() async throws {
            try await Workbench.with("CREATE TABLE t (a int)") { bench in
                let report = try await report(bench, [.unusedIndex])
                #expect(report.checked == [])
                #expect(report.notChecked.first?.reason.contains("have been counted for 0 days only") == true)
            }
        }
    }
}
