import JobModel

@testable import Archive

/// Writes archives by the rules of PostgreSQL's `pg_backup_archiver.c`, independently of the code under test.
struct ArchiveBuilder {
    struct Entry {
        var dumpID: Int
        var hadDumper = false
        var oid: UInt32 = 0
        var tag: [UInt8]
        var desc: String
        var section = 2
        var defn: [UInt8]? = []
        var copyStmt: [UInt8]?
        var namespace: [UInt8]? = Array("public".utf8)
        var relkind = 0
        var dependencies: [Int] = []
        var fileName: String?
    }

    var minorVersion = 14
    var format: UInt8 = 1
    var entries: [Entry] = []

    var bytes: [UInt8] {
        var bytes = Array("PGDMP".utf8) + [1, UInt8(minorVersion), 0, 4, 8, format]
        bytes += minorVersion >= 15 ? [format == 1 ? 0 : 1] : Self.number(format == 1 ? 0 : -1)
        for field in [45, 21, 6, 21, 10, 126, 0] { bytes += Self.number(field) }
        bytes += Self.text("shop") + Self.text("15.20 (Debian)") + Self.text("15.20 (Debian)")
        bytes += Self.number(entries.count)
        return bytes + entries.flatMap(bytes(of:))
    }

    private func bytes(of entry: Entry) -> [UInt8] {
        var bytes = Self.number(entry.dumpID) + Self.number(entry.hadDumper ? 1 : 0)
        bytes += Self.text("1259") + Self.text("\(entry.oid)") + Self.text(entry.tag) + Self.text(entry.desc)
        bytes += Self.number(entry.section) + Self.text(entry.defn) + Self.text("") + Self.text(entry.copyStmt)
        bytes += Self.text(entry.namespace) + Self.text("")
        if minorVersion >= 14 { bytes += Self.text("heap") }
        if minorVersion >= 16 { bytes += Self.number(entry.relkind) }
        bytes += Self.text("postgres") + Self.text("false")
        for dependency in entry.dependencies { bytes += Self.text("\(dependency)") }
        bytes += Self.text(nil)
        if format == 1 { return bytes + [entry.hadDumper ? 1 : 3] + [UInt8](repeating: 0, count: 8) }
        return bytes + Self.text(entry.fileName ?? "")
    }

    static func number(_ number: Int) -> [UInt8] {
        [number < 0 ? 1 : 0] + withUnsafeBytes(of: UInt32(number.magnitude).littleEndian, Array.init)
    }

    static func text(_ text: String) -> [UInt8] { Self.text(Array(text.utf8)) }

    static func text(_ text: [UInt8]?) -> [UInt8] {
        guard let text else { return number(-1) }
        return number(text.count) + text
    }

    /// An archive with an encoding, a table with data, and large objects.
    static func example(minorVersion: Int, format: UInt8 = 1) -> ArchiveBuilder {
        let blobs = minorVersion >= 16 ? "blobs_7.toc" : "blobs.toc"
        let isDirectory = format != 1
        return ArchiveBuilder(
            minorVersion: minorVersion, format: format,
            entries: [
                Entry(
                    dumpID: 3, tag: Array("ENCODING".utf8), desc: "ENCODING",
                    defn: Array("SET client_encoding = 'UTF8';\n".utf8), namespace: nil),
                Entry(dumpID: 5, oid: 16384, tag: Array("na\u{EF}ve".utf8) + [0xff], desc: "TABLE", relkind: 114),
                Entry(
                    dumpID: 6, hadDumper: true, oid: 16384, tag: Array("na\u{EF}ve".utf8) + [0xff], desc: "TABLE DATA",
                    section: 3,
                    copyStmt: Array("COPY public.\"na\u{EF}ve".utf8) + [0xff] + Array("\" (id) FROM stdin;\n".utf8),
                    relkind: 0, dependencies: [5], fileName: isDirectory ? "6.dat" : nil),
                minorVersion >= 16
                    ? Entry(
                        dumpID: 8, tag: Array("10..12".utf8), desc: "BLOB METADATA", section: 3,
                        defn: Array("10\n12\n".utf8))
                    : Entry(dumpID: 8, oid: 10, tag: Array("10".utf8), desc: "BLOB"),
                Entry(
                    dumpID: 7, hadDumper: true, tag: Array("BLOBS".utf8), desc: "BLOBS", section: 3, dependencies: [8],
                    fileName: isDirectory ? blobs : nil),
            ])
    }
}
