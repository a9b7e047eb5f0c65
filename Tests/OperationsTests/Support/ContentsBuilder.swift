import JobModel

@testable import Archive

/// Tables of contents made of entries, for the code that decides on them: written as pg_dump writes them, and read.
extension TableOfContents {
    static func of(_ entries: [TOCEntry], version: ArchiveVersion = ArchiveVersion(1, 14)) throws -> TableOfContents {
        try TableOfContents(parsing: Writer(version: version).bytes(of: entries))
    }

    /// Source: `WriteHead` and `WriteToc` in PostgreSQL's `pg_backup_archiver.c`.
    private struct Writer {
        let version: ArchiveVersion

        func bytes(of entries: [TOCEntry]) -> [UInt8] {
            var bytes = Array("PGDMP".utf8) + [UInt8(version.major), UInt8(version.minor), 0, 4, 8, 3]
            bytes += version >= ArchiveVersion(1, 15) ? [1] : number(-1)
            for field in [0, 0, 2, 21, 10, 126, 0] { bytes += number(field) }
            for words in ["shop", "15.20", "15.20"] as [ServerText] { bytes += text(words) }
            return bytes + number(entries.count) + entries.flatMap(bytes(of:))
        }

        private func bytes(of entry: TOCEntry) -> [UInt8] {
            var bytes = number(entry.dumpID) + number(entry.hadDumper ? 1 : 0)
            bytes += text("1259") + text("\(entry.oid)") + text(entry.tag) + text(entry.desc)
            bytes += number(entry.section.rawValue) + text(entry.defn) + text("") + text(entry.copyStmt)
            bytes += text(entry.namespace) + text("")
            if version >= ArchiveVersion(1, 14) { bytes += text("heap") }
            if version >= ArchiveVersion(1, 16) { bytes += number(0) }
            bytes += text(entry.owner) + text("false")
            for dependency in entry.dependencies { bytes += text("\(dependency)") }
            return bytes + text(nil) + text(ServerText(entry.fileName ?? ""))
        }

        private func number(_ number: Int) -> [UInt8] {
            [number < 0 ? 1 : 0] + withUnsafeBytes(of: UInt32(number.magnitude).littleEndian, Array.init)
        }

        private func text(_ text: ServerText?) -> [UInt8] {
            guard let text else { return number(-1) }
            return number(text.bytes.count) + text.bytes
        }
    }
}

extension TOCEntry {
    /// An entry of any kind.
    static func entry(
        _ dumpID: Int, _ desc: ServerText, _ tag: ServerText, oid: UInt32 = 0, schema: ServerText? = "public",
        owner: ServerText = "postgres", defn: ServerText? = ""
    ) -> TOCEntry {
        var entry = TOCEntry()
        entry.dumpID = dumpID
        entry.desc = desc
        entry.tag = tag
        entry.oid = oid
        entry.namespace = schema
        entry.owner = owner
        entry.defn = defn
        return entry
    }

    /// The rows of a table, loaded through `root` where one is named.
    static func rows(
        _ dumpID: Int, _ tag: ServerText, oid: UInt32, columns: [ServerText] = ["id"], schema: ServerText = "public",
        root: ServerText? = nil
    ) -> TOCEntry {
        var entry = entry(dumpID, "TABLE DATA", tag, oid: oid, schema: schema)
        let list: ServerText = columns.isEmpty ? "" : "(\(columns.joined(separator: ", ")))"
        entry.copyStmt = "COPY \(root ?? "\(schema).\(tag)") \(list) FROM stdin;\n"
        entry.defn = root.map { "-- load via partition root \($0)" } ?? ""
        entry.hadDumper = true
        entry.fileName = "\(dumpID).dat"
        return entry
    }

    static func table(_ dumpID: Int, _ tag: ServerText, oid: UInt32, schema: ServerText = "public") -> TOCEntry {
        entry(dumpID, "TABLE", tag, oid: oid, schema: schema)
    }
}

extension [TOCEntry] {
    /// Large objects as archives up to version 1.15 hold them: an entry for each, and one for all contents.
    static func largeObjects(_ oids: Range<UInt32>, contents dumpID: Int) -> [TOCEntry] {
        var blobs = TOCEntry.entry(dumpID, "BLOBS", "BLOBS", schema: nil)
        blobs.hadDumper = true
        blobs.fileName = "blobs.toc"
        let single = oids.enumerated().map { TOCEntry.entry(dumpID + 1 + $0, "BLOB", "\($1)", oid: $1, schema: nil) }
        return single + [blobs]
    }
}
