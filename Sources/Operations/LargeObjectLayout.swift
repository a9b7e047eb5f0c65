import Archive

/// Where each large object of the table of contents stands: in an object of its own, or in a pack. Pure.
struct LargeObjectLayout: Sendable {
    struct Pack: Sendable, Hashable {
        let pack: Manifest.LargeObjectPack
        /// Its members, in order.
        let oids: [UInt32]
    }

    /// Those that have an object of their own.
    let unpacked: [UInt32]
    let packs: [Pack]
    /// What table of contents and manifest do not say alike; empty where all is well.
    let faults: [String]

    init(of contents: TableOfContents, _ manifest: Manifest) throws(ArchiveError) {
        var all: [UInt32] = []
        for entry in contents.entries where entry.isBlobs { all += try contents.largeObjectIDs(of: entry) }
        unpacked = manifest.objects.compactMap { LargeObjectFile.oid(inObjectName: $0.name) }
        let own = Set(unpacked)
        var rest = all.filter { !own.contains($0) }[...]
        var packs: [Pack] = []
        var faults = own.subtracting(all).sorted().map { "large object \($0) is only in the manifest" }
        for pack in manifest.largeObjects.packs {
            let oids = rest.prefix(max(0, pack.count))
            rest = rest.dropFirst(oids.count)
            packs.append(Pack(pack: pack, oids: Array(oids)))
            if oids.count != pack.count || oids.first != pack.firstOID || oids.last != pack.lastOID {
                faults.append("the manifest describes \(pack.file) otherwise than the table of contents")
            }
        }
        self.packs = packs
        faults += rest.map { "large object \($0) is only in the table of contents" }
        self.faults = faults + Self.faults(ofObjectsIn: manifest)
    }

    /// The packs that are described must be the packs that are there, each once.
    private static func faults(ofObjectsIn manifest: Manifest) -> [String] {
        let described = manifest.largeObjects.packs.map(\.file).sorted()
        let there = manifest.objects.map(\.name).filter(LargeObjectFile.isPack).sorted()
        return described == there
            ? [] : ["the manifest lists the packs \(list(there)), and describes \(list(described))"]
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "(none)" : names.prefix(10).joined(separator: " ") + (names.count > 10 ? " …" : "")
    }
}
