/// The names that pg_dump gives the files of large objects in a directory archive.
///
/// Source: `_StartLO` and `_EndLO` in PostgreSQL's `pg_backup_directory.c`.
enum LargeObjectFile {
    /// `blob_42.dat`; the object in the store has `.gz` behind it.
    static func name(of oid: UInt32) -> String { "blob_\(oid).dat" }

    /// `blob_42.dat.gz`
    static func objectName(of oid: UInt32) -> String { name(of: oid) + ".gz" }

    /// `blobs_42.tar`, of many large objects of which 42 is the first. pg_dump knows no such file.
    static func packName(first oid: UInt32) -> String { "blobs_\(oid).tar" }

    /// Whether ``RestoreGuide``'s command would unpack the object.
    static func isPack(objectName name: String) -> Bool { name.hasPrefix("blobs_") && name.hasSuffix(".tar") }

    /// `blob_42.dat.gz` → 42; nil for every other object.
    static func oid(inObjectName name: String) -> UInt32? {
        guard name.hasPrefix("blob_"), name.hasSuffix(".dat.gz") else { return nil }
        return UInt32(name.dropFirst("blob_".count).dropLast(".dat.gz".count))
    }

    /// The list of the objects of one BLOBS entry: a line each.
    static func list(of oids: [UInt32]) -> [UInt8] {
        Array(oids.map { "\($0) \(name(of: $0))\n" }.joined().utf8)
    }
}
