import JobModel

@testable import Archive

extension Manifest {
    /// A manifest of a database without tables.
    static var example: Manifest {
        Manifest(
            backup: BackupID("20261121T020000Z-abcdef")!, job: "shop", database: "shop", runID: "aaaaaaaaaaaa",
            dbopsVersion: "0.1.0", startedAt: CivilTime(secondsSinceEpoch: 1_795_226_400),
            finishedAt: CivilTime(secondsSinceEpoch: 1_795_226_460),
            snapshot: Snapshot(
                takenAt: CivilTime(secondsSinceEpoch: 1_795_226_401), lsn: "0/3000060", inRecovery: false),
            server: Server(
                versionText: "15.20", versionNumber: 150_020, systemIdentifier: "7574963123456789012",
                encoding: "UTF8",
                collation: DatabaseCollation(provider: "libc", collate: "C.UTF-8", ctype: "C.UTF-8"), lcMonetary: "C",
                timeZone: "UTC", bootstrapRole: "postgres", dataChecksums: false, blockSize: 8192),
            client: Client(pgDumpVersion: "15.20"),
            archive: Archive(version: "1.14", tocEntries: 0, encoding: "UTF8", compression: "gzip", filters: []),
            extensions: [], roles: [], tablespaces: [], collations: [], invalidIndexes: [], unvalidatedConstraints: [],
            tables: [], largeObjects: LargeObjects(count: 0, bytes: 0, digest: .zero, groups: []),
            tablesWithoutData: [], objects: [],
            totals: Totals(tables: 0, rows: 0, bytesRaw: 0, bytesStored: 0, seconds: 1))
    }
}

extension Manifest.Table {
    /// A table of one row, with a digest that `seed` decides.
    static func example(
        _ dumpID: Int, _ name: ServerText, columns: [ServerText] = ["id"], rows: Int = 1, seed: UInt64 = 1,
        condition: ServerText? = nil, root: Manifest.PartitionRoot? = nil
    ) -> Manifest.Table {
        Manifest.Table(
            dumpID: dumpID, oid: UInt32(16_384 + dumpID), schema: "public", name: name, relkind: "r", persistence: "p",
            columns: columns, rows: rows, bytesRaw: 10 * rows, digest: HashSum(value: UInt128(seed)),
            file: "\(dumpID).dat.gz", condition: condition, root: root)
    }
}
