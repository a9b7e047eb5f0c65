import Archive
import JobModel
import Operations

/// Lists of backups, and one backup in full.
enum CatalogRendering {
    private struct EntryObject: Encodable {
        let backup: String
        let job: String
        let database: String
        let url: String
        let startedAt: CivilTime
        let finishedAt: CivilTime
        let bytesRaw: Int
        let bytesStored: Int
        let tables: Int
        let rows: Int
        let serverVersion: String
        let verifiedAt: CivilTime?
        let pinned: Bool
        let accepted: Bool
        /// Why retention does not count it.
        let keptApart: String?

        init(
            backup: String, job: String, url: String, manifest: Manifest, verification: VerificationReport?,
            marks: BackupMarks.Standing
        ) {
            self.backup = backup
            self.job = job
            database = manifest.database.text
            self.url = url
            startedAt = manifest.startedAt
            finishedAt = manifest.finishedAt
            bytesRaw = manifest.totals.bytesRaw
            bytesStored = manifest.totals.bytesStored
            tables = manifest.totals.tables
            rows = manifest.totals.rows
            serverVersion = manifest.server.versionText
            verifiedAt = verification?.verifiedAt
            pinned = marks.isPinned
            accepted = marks.isAccepted
            keptApart = marks.shrinkage(of: manifest.size)?.text
        }

        private enum CodingKeys: String, CodingKey {
            case backup, job, database, url, startedAt, finishedAt, bytesRaw, bytesStored, tables, rows, serverVersion
            case verifiedAt, pinned, accepted, keptApart
        }

        /// A key that has no value is there all the same, as null.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(backup, forKey: .backup)
            try container.encode(job, forKey: .job)
            try container.encode(database, forKey: .database)
            try container.encode(url, forKey: .url)
            try container.encode(startedAt, forKey: .startedAt)
            try container.encode(finishedAt, forKey: .finishedAt)
            try container.encode(bytesRaw, forKey: .bytesRaw)
            try container.encode(bytesStored, forKey: .bytesStored)
            try container.encode(tables, forKey: .tables)
            try container.encode(rows, forKey: .rows)
            try container.encode(serverVersion, forKey: .serverVersion)
            try container.encode(verifiedAt, forKey: .verifiedAt)
            try container.encode(pinned, forKey: .pinned)
            try container.encode(accepted, forKey: .accepted)
            try container.encode(keptApart, forKey: .keptApart)
        }
    }

    static func print(_ backups: [BackupCatalog.Entry], json: Bool, quiet: Bool) throws {
        if json {
            for entry in backups {
                try JSONLine.print(
                    EntryObject(
                        backup: entry.name.id.description, job: entry.name.job, url: entry.url,
                        manifest: entry.manifest, verification: entry.verification, marks: entry.marks))
            }
            return
        }
        if backups.isEmpty, !quiet { StandardError.write("No backups here. Make one: dbops backup now --help") }
        let rows = backups.map { entry in
            [
                entry.name.id.description, entry.name.job, entry.manifest.startedAt.text,
                Quantities.bytes(entry.manifest.totals.bytesStored),
                state(of: entry),
            ]
        }
        guard !rows.isEmpty else { return }
        TextTable.print(["BACKUP", "JOB", "STARTED", "STORED", "STATE"], rows)
    }

    private static func retention(_ marks: BackupMarks.Standing, _ manifest: Manifest) -> String {
        var words: [String] = []
        if marks.isPinned { words.append("pinned") }
        if marks.isAccepted { words.append("accepted") }
        if let shrinkage = marks.shrinkage(of: manifest.size) {
            words.append("kept apart: \(shrinkage.text); dbops accept makes it count")
        }
        return words.isEmpty ? "by the rules" : words.joined(separator: ", ")
    }

    private static func state(of entry: BackupCatalog.Entry) -> String {
        var words = [entry.verification.map { "proven \($0.verifiedAt.text)" } ?? "not proven"]
        if entry.marks.isPinned { words.append("pinned") }
        if let shrinkage = entry.shrinkage { words.append("kept apart: \(shrinkage.text)") }
        return words.joined(separator: ", ")
    }

    /// How old the rows of a standby were.
    private static func standby(_ snapshot: Manifest.Snapshot) -> String {
        guard snapshot.inRecovery else { return "" }
        let lag = snapshot.standbyLagInSeconds.map { ", \(Quantities.seconds(Double($0))) behind its primary" } ?? ""
        let commit = snapshot.standbyLastCommit.map { ", last commit \($0.text)" } ?? ""
        return " on a standby\(lag)\(commit)"
    }

    static func print(
        _ source: BackupSource, verification: VerificationReport?, marks: BackupMarks.Standing, json: Bool
    ) throws {
        let manifest = source.manifest
        if json {
            return try JSONLine.print(
                EntryObject(
                    backup: manifest.backup.description, job: manifest.job, url: source.url, manifest: manifest,
                    verification: verification, marks: marks))
        }
        let totals = manifest.totals
        let facts: [(String, String)] = [
            ("backup", manifest.backup.description), ("url", source.url), ("job", manifest.job),
            ("database", manifest.database.text),
            ("server", "PostgreSQL \(manifest.server.versionText), system \(manifest.server.systemIdentifier)"),
            ("pg_dump", manifest.client.pgDumpVersion),
            ("snapshot", "\(manifest.snapshot.takenAt.text) at \(manifest.snapshot.lsn)" + standby(manifest.snapshot)),
            ("encoding", "\(manifest.server.encoding), collation \(manifest.server.collation.collate)"),
            (
                "contents",
                "\(totals.tables) tables, \(Quantities.count(totals.rows)) rows, \(Quantities.bytes(totals.bytesRaw))"
            ),
            ("large objects", Quantities.count(manifest.largeObjects.count)),
            (
                "stored",
                "\(Quantities.bytes(totals.bytesStored)) in \(manifest.objects.count + 1) objects, \(manifest.archive.compression)"
            ),
            ("took", Quantities.seconds(totals.seconds)),
            (
                "proven",
                verification.map { "\($0.verifiedAt.text) on PostgreSQL \($0.serverVersion), by run \($0.runID)" }
                    ?? "not yet"
            ),
            ("retention", retention(marks, manifest)),
        ]
        for (name, value) in facts {
            Swift.print(name + String(repeating: " ", count: 15 - name.count) + value)
        }
        Swift.print("")
        let tables = manifest.tables.sorted { $0.bytesRaw > $1.bytesRaw }.map {
            [$0.displayName, Quantities.count($0.rows), Quantities.bytes($0.bytesRaw), $0.file]
        }
        if !tables.isEmpty { TextTable.print(["TABLE", "ROWS", "SIZE", "OBJECT"], tables) }
    }
}
