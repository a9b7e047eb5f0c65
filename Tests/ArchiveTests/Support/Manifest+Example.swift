import JobModel

@testable import Archive

extension Manifest {
    /// A manifest with something in every place, among it a name that is no UTF-8.
    static var example: Manifest {
        Manifest(
            backup: BackupID("20261121T020000Z-abcdef")!, job: "nightly", database: "shop", runID: "run-1",
            dbopsVersion: "0.1.0", startedAt: CivilTime(secondsSinceEpoch: 1_795_226_400),
            finishedAt: CivilTime(secondsSinceEpoch: 1_795_226_460),
            snapshot: Snapshot(
                takenAt: CivilTime(secondsSinceEpoch: 1_795_226_401), lsn: "0/3000060", inRecovery: false),
            server: Server(
                versionText: "15.20 (Debian 15.20-0+deb12u1)", versionNumber: 150_020,
                systemIdentifier: "7574963123456789012", encoding: "UTF8",
                collation: DatabaseCollation(provider: "libc", collate: "C.UTF-8", ctype: "C.UTF-8"),
                lcMonetary: "de_DE.UTF-8",
                timeZone: "Europe/Berlin", dataChecksums: true, blockSize: 8192),
            client: Client(pgDumpVersion: "15.20 (Debian 15.20-0+deb12u1)"),
            archive: Archive(
                version: "1.14", tocEntries: 12, encoding: "UTF8", compression: "gzip",
                filters: ["--exclude-table=public.log"]),
            extensions: [Extension(name: "hstore", version: "1.8", schema: "public")],
            roles: ["app", "o'neil \"x\""], tablespaces: ["fast"],
            collations: [
                UsedCollation(name: "\"public\".\"german\"", provider: "icu", locale: "de", version: "153.80")
            ],
            invalidIndexes: ["\"public\".\"broken_idx\""], unvalidatedConstraints: [],
            tables: [
                Table(
                    dumpID: 3412, oid: 16_384, schema: "public", name: ServerText(bytes: [0x66, 0xff]), relkind: "r",
                    persistence: "p", columns: ["id", "\"b c\""], rows: 3, bytesRaw: 42,
                    digest: HashSum("99aa06d3014798d86001c324468d497f")!, file: "3412.dat.gz",
                    root: PartitionRoot(target: "public.root", fieldOrder: [1, 0]))
            ],
            largeObjects: LargeObjects(count: 0, bytes: 0, digest: .zero, groups: []),
            tablesWithoutData: [TableWithoutData(schema: "public", name: "remote", reason: .foreign)],
            objects: [StoredObject(name: "3412.dat.gz", size: 77, sha256: String(repeating: "ab", count: 32))],
            totals: Totals(tables: 1, rows: 3, bytesRaw: 42, bytesStored: 77, seconds: 59.5))
    }
}
