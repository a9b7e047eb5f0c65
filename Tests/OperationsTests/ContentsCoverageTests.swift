import JobModel
import Testing

@testable import Archive
@testable import Operations

@Suite struct ContentsCoverageTests {
    private func faults(_ entries: [TOCEntry], _ change: (inout Manifest) -> Void) throws -> [String] {
        var manifest = Manifest.example
        change(&manifest)
        return try ContentsCoverage.faults(of: .of(entries), manifest)
    }

    private let entries: [TOCEntry] = [.rows(1, "a", oid: 16_385), .rows(2, "b", oid: 16_386)]

    @Test func `finds nothing where both speak of the same rows`() throws {
        #expect(try faults(entries) { $0.tables = [.example(2, "b"), .example(1, "a")] } == [])
    }

    @Test func `finds a table that the manifest lacks, and so would come back empty`() throws {
        #expect(
            try faults(entries) { $0.tables = [.example(1, "a")] } == ["the manifest lacks the rows of public.b"])
    }

    @Test func `finds a table that the table of contents lacks`() throws {
        let found = try faults(entries) { $0.tables = [.example(1, "a"), .example(2, "b"), .example(3, "c")] }
        #expect(found == ["the table of contents lacks the rows of public.c"])
    }

    @Test func `finds a table that stands twice, or under another name, or with other columns`() throws {
        let twice = try faults(entries) { $0.tables = [.example(1, "a"), .example(1, "a"), .example(2, "b")] }
        #expect(twice == ["the manifest lists entry 1 twice"])
        let renamed = try faults(entries) { $0.tables = [.example(1, "a"), .example(2, "z")] }
        #expect(renamed == ["the manifest describes public.b otherwise than the table of contents"])
        let other = try faults(entries) { $0.tables = [.example(1, "a"), .example(2, "b", columns: ["x"])] }
        #expect(other == ["the manifest describes public.b otherwise than the table of contents"])
    }

    @Test func `finds large objects that only one of the two names`() throws {
        let found = try faults(.largeObjects(7..<9, contents: 5)) {
            $0.objects = [
                .init(name: "blob_8.dat.gz", size: 1, sha256: ""), .init(name: "blob_9.dat.gz", size: 1, sha256: ""),
            ]
        }
        #expect(
            found == [
                "large object 9 is only in the manifest", "large object 7 is only in the table of contents",
            ])
    }
}
