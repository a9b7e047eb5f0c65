/// The names that pg_dump gives the files of large objects in a directory archive.
///
/// Source: `_StartLO` and `_EndLO` in PostgreSQL's `pg_backup_directory.c`.
enum LargeObjectFile {
    /// `blob_42.dat`; the object in the store has `.gz` behind it.
    static func name(of oid: UInt32) -> String { "blob_\(oid).dat" }

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
