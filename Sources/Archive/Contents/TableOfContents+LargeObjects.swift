import JobModel

extension TableOfContents {
    /// The oids of the large objects whose contents belong to a BLOBS entry.
    ///
    /// From archive 1.16 on they stand one a line in the definition of the BLOB METADATA entry on which `entry`
    /// depends; before, the only BLOBS entry holds every large object, each the tag of a BLOB entry.
    /// Source: `getLOs` and `dumpLO` in PostgreSQL's `pg_dump.c`.
    package func largeObjectIDs(of entry: TOCEntry) throws(ArchiveError) -> [UInt32] {
        var oids: [UInt32] = []
        for text in try version >= .largeObjectGroups ? groupedOIDs(of: entry) : singleOIDs() {
            guard let oid = UInt32(text) else {
                throw damaged("entry \(entry.dumpID) names the large object \"\(text)\"")
            }
            oids.append(oid)
        }
        return oids
    }

    private func groupedOIDs(of entry: TOCEntry) throws(ArchiveError) -> [Substring] {
        let group = entry.dependencies.lazy.compactMap { self.entry(dumpID: $0) }.first { $0.desc == "BLOB METADATA" }
        guard let defn = group?.defn else {
            throw damaged("entry \(entry.dumpID) depends on no entry that names its large objects")
        }
        return defn.text.split(separator: "\n")
    }

    private func singleOIDs() -> [Substring] {
        entries.filter { $0.desc == "BLOB" }.map { $0.tag.text[...] }
    }

    private func damaged(_ reason: String) -> ArchiveError {
        ArchiveError.damaged(object: Self.objectName, reason: reason)
    }
}
