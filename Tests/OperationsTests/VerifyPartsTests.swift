import Foundation
import JobModel
import ObjectStorage
import TestSupport
import Testing

@testable import Archive
@testable import Operations

@Suite struct ObjectsCheckTests {
    private let expected = [
        Manifest.StoredObject(name: "7.dat.gz", size: 100, sha256: ""),
        Manifest.StoredObject(name: "toc.dat", size: 20, sha256: ""),
    ]

    @Test func `passes objects of the manifest's sizes, whatever else is there`() {
        let check = ObjectsCheck.compare(
            expected: expected, found: ["7.dat.gz": 100, "toc.dat": 20, "manifest.json": 5, "notes.txt": 1])
        #expect(check.verdict == .passed)
        #expect(check.expected == "2 objects, 120 bytes")
    }

    @Test func `names every object that is missing or of another size`() {
        let check = ObjectsCheck.compare(expected: expected, found: ["7.dat.gz": 99])
        #expect(check.verdict == .failed)
        #expect(check.details == ["7.dat.gz has 99 bytes instead of 100", "toc.dat is missing"])
    }
}

@Suite struct RowsCheckTests {
    private func groups(_ tables: [Manifest.Table]) -> [RowsCheck.Group] {
        var manifest = Manifest.example
        manifest.tables = tables
        return RowsCheck.groups(of: manifest)
    }

    @Test func `compares a table with the statement of its backup`() {
        let groups = groups([
            .example(1, "t", columns: ["id", "\"a b\""]), .example(2, "setting", condition: "WHERE NOT built_in"),
            .example(3, "nothing", columns: []),
        ])
        #expect(
            groups.map(\.statement) == [
                "COPY \"public\".\"t\" (id, \"a b\") TO STDOUT",
                "COPY (SELECT id FROM \"public\".\"setting\" WHERE NOT built_in) TO STDOUT",
                "COPY \"public\".\"nothing\" TO STDOUT",
            ])
    }

    @Test func `compares all that came through a root together, in the root's column order`() {
        let groups = groups([
            .example(
                1, "turned", columns: ["b", "a"], rows: 2, seed: 5,
                root: .init(target: "public.r", fieldOrder: [1, 0])),
            .example(2, "same'", columns: ["a", "b"], rows: 3, seed: 7, root: .init(target: "public.r")),
            .example(3, "other", rows: 1, seed: 1, root: .init(target: "public.s")),
            .example(4, "plain", columns: ["a"]), .example(5, "direct'", columns: ["b", "a"]),
        ])
        #expect(groups.map(\.name) == ["public.plain", "public.direct'", "public.r", "public.s"])
        #expect(groups[2].digest == RowDigest(rows: 5, bytes: 50, sum: HashSum(value: 12)))
        let statement: ServerText = """
            COPY (SELECT a, b FROM public.r WHERE tableoid <> ALL \
            (ARRAY['"public"."direct''"'::pg_catalog.regclass]::pg_catalog.oid[])) TO STDOUT
            """
        #expect(groups[2].statement == statement)
        #expect(groups[3].statement == "COPY (SELECT id FROM public.s) TO STDOUT")
    }

    @Test func `reads a large table in parts that cover it, and all others whole`() {
        let groups = groups([
            .example(1, "big", columns: ["a", "b"]), .example(2, "small"), .example(3, "other"),
        ])
        var sized = groups
        sized[0].digest.bytes = 1_000
        let pieces = RowsCheck.pieces(of: sized, in: [0, 2, 1], blocks: [0: 40, 2: nil], partSizeInBytes: 400)
        #expect(
            pieces == [
                .init(
                    group: 0,
                    statement: "COPY (SELECT a, b FROM ONLY \"public\".\"big\" WHERE ctid < '(20,0)') TO STDOUT"),
                .init(
                    group: 0,
                    statement: "COPY (SELECT a, b FROM ONLY \"public\".\"big\" WHERE ctid >= '(20,0)') TO STDOUT"),
                .init(group: 2, statement: groups[2].statement), .init(group: 1, statement: groups[1].statement),
            ])
    }

    @Test func `never cuts a table into so many parts that their statements would fill memory`() {
        var big = groups([.example(1, "big")])
        big[0].digest.bytes = 1 << 50
        let pieces = RowsCheck.pieces(of: big, in: [0], blocks: [0: 1 << 37], partSizeInBytes: 32 << 20)
        #expect(pieces.count == 1_024)
    }

    @Test func `sums hashes beyond the highest number`() {
        var one = Manifest.Table.example(1, "a", root: .init(target: "public.r"))
        one.digest = HashSum(value: .max)
        let groups = groups([one, .example(2, "b", seed: 3, root: .init(target: "public.r"))])
        #expect(groups.first?.digest.sum == HashSum(value: 2))
    }
}

@Suite struct VerificationEvidenceTests {
    private func report(
        _ outcome: RunOutcome, at second: Int, manifest: String, run: String = "aaaaaaaaaaaa"
    ) -> VerificationReport {
        VerificationReport(
            outcome: outcome, backup: "20261121T020000Z-abcdef", url: "file:///b", manifestSHA256: manifest, runID: run,
            verifiedAt: CivilTime(secondsSinceEpoch: 1_795_226_400 + second),
            checks: [.passed(.objects, expected: "1", found: "1")], seconds: .init(), serverVersion: "15.20",
            scratchDatabase: nil, warnings: [])
    }

    private func newest(_ reports: [VerificationReport], of manifest: String) async throws -> VerificationReport? {
        try await TestFolder.with { folder in
            let evidence = VerificationEvidence(of: ObjectKey("shop/b"), in: DirectoryStore(path: folder.path))
            for report in reports { try await evidence.write(report) }
            return try await evidence.standingProof(manifestSHA256: manifest)
        }
    }

    @Test func `finds the newest success of this very manifest`() async throws {
        let found = try await newest(
            [
                report(.succeeded, at: 1, manifest: "m"), report(.succeeded, at: 5, manifest: "m"),
                report(.succeeded, at: 3, manifest: "m"),
            ], of: "m")
        #expect(found?.verifiedAt.secondsSinceEpoch == 1_795_226_405)
        #expect(found?.checks.first?.verdict == .passed)
    }

    @Test func `takes evidence of another manifest for nothing`() async throws {
        #expect(try await newest([report(.succeeded, at: 1, manifest: "other")], of: "m") == nil)
    }

    @Test func `takes a verification that failed for no proof`() async throws {
        #expect(try await newest([report(.failed, at: 1, manifest: "m")], of: "m") == nil)
    }

    @Test func `lets a later failure take a proof away`() async throws {
        let reports = [report(.succeeded, at: 1, manifest: "m"), report(.failed, at: 2, manifest: "m")]
        #expect(try await newest(reports, of: "m") == nil)
        #expect(try await newest(reports + [report(.succeeded, at: 3, manifest: "m")], of: "m") != nil)
    }

    @Test func `passes over records that cannot be read or are gone meanwhile`() async throws {
        try await TestFolder.with { folder in
            let directory = DirectoryStore(path: folder.path)
            let evidence = VerificationEvidence(of: ObjectKey("shop/b"), in: directory)
            try await evidence.write(report(.succeeded, at: 1, manifest: "m"))
            _ = try await directory.write(Array("{".utf8), to: ObjectKey("shop/b.evidence/20270101T000000Z-x.json"))
            var store = HookedStore(directory)
            store.listing = { objects in
                objects + [
                    ObjectInfo(key: ObjectKey("shop/b.evidence/z.json"), sizeInBytes: 1, modifiedAt: .distantPast)
                ]
            }
            let found = try await VerificationEvidence(of: ObjectKey("shop/b"), in: store)
                .standingProof(manifestSHA256: "m")
            #expect(found != nil)
        }
    }

    @Test func `stands beside the backup, not in it`() async throws {
        try await TestFolder.with { folder in
            let store = DirectoryStore(path: folder.path)
            try await VerificationEvidence(of: ObjectKey("shop/b"), in: store)
                .write(report(.succeeded, at: 1, manifest: "m"))
            #expect(try await store.list(under: ObjectKey("shop/b")).isEmpty)
            #expect(
                try await store.list(under: nil).map(\.key)
                    == [ObjectKey("shop/b.evidence/20261121T020001Z-aaaaaaaaaaaa.json")])
        }
    }
}
