import JobModel
import Testing

@testable import Archive
@testable import Operations

@Suite struct LargeObjectLayoutTests {
    /// The oids 10 to 15, of which 12 has an object of its own, and two packs.
    private func layout(_ change: (inout Manifest) -> Void = { _ in }) throws -> LargeObjectLayout {
        var manifest = Manifest.example
        manifest.largeObjects.packs = [pack("blobs_10.tar", 2, 10, 11), pack("blobs_13.tar", 3, 13, 15)]
        manifest.objects = ["7.dat.gz", "blob_12.dat.gz", "blobs.toc", "blobs_10.tar", "blobs_13.tar"].map {
            .init(name: $0, size: 1, sha256: "")
        }
        change(&manifest)
        return try LargeObjectLayout(of: .of(.largeObjects(10..<16, contents: 70)), manifest)
    }

    private func pack(_ file: String, _ count: Int, _ first: UInt32, _ last: UInt32) -> Manifest.LargeObjectPack {
        .init(file: file, count: count, bytes: 1, digest: .zero, firstOID: first, lastOID: last)
    }

    @Test func `gives packs the next large objects that have no object of their own`() throws {
        let layout = try layout()
        #expect(layout.faults == [])
        #expect(layout.unpacked == [12])
        #expect(layout.packs.map(\.oids) == [[10, 11], [13, 14, 15]])
    }

    @Test func `knows backups in which nothing is packed`() throws {
        let layout = try layout { manifest in
            manifest.largeObjects.packs = []
            manifest.objects = (10..<16).map { .init(name: "blob_\($0).dat.gz", size: 1, sha256: "") }
        }
        #expect(layout.faults == [] && layout.packs.isEmpty)
        #expect(layout.unpacked == Array(10..<16))
    }

    @Test func `finds a pack that is described otherwise than it must be`() throws {
        let changes: [(inout Manifest.LargeObjectPack) -> Void] = [
            { $0.firstOID = 11 }, { $0.lastOID = 12 }, { $0.count = 1 }, { $0.count = 0 }, { $0.count = -2 },
            { $0.count = 3 }, { $0.count = .max },
        ]
        for change in changes {
            let faults = try layout { change(&$0.largeObjects.packs[0]) }.faults
            #expect(faults.contains("the manifest describes blobs_10.tar otherwise than the table of contents"))
        }
        let swapped = try layout { $0.largeObjects.packs.reverse() }
        #expect(swapped.faults.count == 2)
    }

    @Test func `finds a pack that is missing in the list of objects, or in the list of packs`() throws {
        let undescribed = try layout { $0.largeObjects.packs.removeLast() }.faults
        #expect(
            undescribed == [
                "large object 13 is only in the table of contents", "large object 14 is only in the table of contents",
                "large object 15 is only in the table of contents",
                "the manifest lists the packs blobs_10.tar blobs_13.tar, and describes blobs_10.tar",
            ])
        let unlisted = try layout { $0.objects.removeLast() }.faults
        #expect(unlisted == ["the manifest lists the packs blobs_10.tar, and describes blobs_10.tar blobs_13.tar"])
    }

    @Test func `finds a large object that stands in two places`() throws {
        let faults = try layout { $0.objects.append(.init(name: "blob_14.dat.gz", size: 1, sha256: "")) }.faults
        #expect(faults == ["the manifest describes blobs_13.tar otherwise than the table of contents"])
    }
}
