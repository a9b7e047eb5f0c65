import JobModel
import Postgres
import Testing

@testable import Operations

/// What an index is held against: what maintenance remembers of it, else its columns' widths, and every page of it where
/// it can be read.
@Suite struct BloatBasisTests {
    private static let limits = BloatLimits(leastWastedBytes: 500_000)
    /// Ten times as large as need be; its twin is as it should be, and GIN has no widths.
    private static let script: ServerText = """
        CREATE TABLE t (a bigint, b text[]) WITH (autovacuum_enabled = off);
        INSERT INTO t SELECT n, ARRAY[n::text] FROM generate_series(1, 50000) n;
        CREATE INDEX loose ON t (a) WITH (fillfactor = 10); ALTER INDEX loose RESET (fillfactor);
        CREATE INDEX words ON t USING gin (b); CREATE INDEX dense ON t (a); VACUUM ANALYZE t;
        """

    private func memory(
        _ advisor: Advisor, _ origin: IndexBaselines.Baseline.Origin, _ change: (IndexFacts) -> IndexFacts?
    ) async throws -> TestMemory {
        let memory = TestMemory()
        var baselines = IndexBaselines()
        baselines.note(try await IndexFacts.gather(on: advisor.session).compactMap(change), as: origin)
        await baselines.remember(advisor.server.targetName, in: memory)
        return memory
    }

    @Test func `without a baseline the widths of columns say what a B-tree needs`() async throws {
        try await Advisor.with(Self.script) { advisor in
            let findings = try await advisor.findings(.indexBloat(Self.limits))
            #expect(findings.map(\.object) == ["public.loose"])
            #expect(findings.first?.confidence == .estimated)
            #expect(findings.first?.evidence["basis"] == "average widths of its columns")
        }
    }

    @Test func `what maintenance has seen of an index counts for more, for indexes of every kind`() async throws {
        try await Advisor.with(Self.script) { advisor in
            let memory = try await memory(advisor, .rebuilt) { index in
                guard index.name.name.text != "dense" else { return nil }
                var index = index
                index.rows *= 4
                return index
            }
            let findings = try await advisor.findings(.indexBloat(Self.limits), memory: memory)
            #expect(findings.map(\.object) == ["public.loose", "public.words"])
            #expect(findings.allSatisfy { $0.confidence == .baseline })
            #expect(
                findings.allSatisfy { $0.evidence["basis"] == "bytes for each row after its last rebuild" })
        }
    }

    @Test func `an index as large as it ever was is none, whatever its columns' widths say`() async throws {
        try await Advisor.with(Self.script) { advisor in
            let memory = try await memory(advisor, .seen) { $0 }
            #expect(try await advisor.findings(.indexBloat(Self.limits), memory: memory) == [])
            // Another definition is another index.
            try await advisor.psql(
                "DROP INDEX loose; CREATE INDEX loose ON t (a DESC) WITH (fillfactor = 10); ALTER INDEX loose RESET (fillfactor); VACUUM ANALYZE t"
            )
            let findings = try await advisor.findings(.indexBloat(Self.limits), memory: memory)
            #expect(findings.map(\.confidence) == [.estimated])
        }
    }
}
