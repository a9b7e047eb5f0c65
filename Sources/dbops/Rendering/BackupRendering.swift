import Archive
import JobModel
import Operations

/// How a backup ended, and what one would do.
enum BackupRendering {
    private struct ReportObject: Encodable {
        let backup: String
        let job: String
        let database: String
        let url: String
        let outcome: RunOutcome
        let stores: [StoreResult]
        let startedAt: CivilTime
        let tables: Int
        let rows: Int
        let largeObjects: Int
        let bytesRaw: Int
        let bytesStored: Int
        let seconds: Double
        let serverVersion: String
        let pgDumpVersion: String
        let tablesWithoutData: [String]
        /// Of a standby; left out else.
        let standbyLagSeconds: Int?
        let warnings: [String]

        init(_ report: BackupReport) {
            let manifest = report.manifest
            backup = manifest.backup.description
            job = manifest.job
            database = manifest.database.text
            url = report.url
            outcome = report.outcome
            stores = report.stores
            startedAt = manifest.startedAt
            tables = manifest.totals.tables
            rows = manifest.totals.rows
            largeObjects = manifest.largeObjects.count
            bytesRaw = manifest.totals.bytesRaw
            bytesStored = manifest.totals.bytesStored
            seconds = report.seconds
            serverVersion = manifest.server.versionText
            pgDumpVersion = manifest.client.pgDumpVersion
            tablesWithoutData = manifest.tablesWithoutData.map { "\($0.schema).\($0.name) (\($0.reason.rawValue))" }
            standbyLagSeconds = manifest.snapshot.standbyLagInSeconds
            warnings = report.warnings
        }
    }

    static func print(_ report: BackupReport, json: Bool, quiet: Bool) throws {
        if json { return try JSONLine.print(ReportObject(report)) }
        for store in report.stores {
            if let error = store.error {
                StandardError.write("Not in \(store.name): \(error)")
            } else {
                Swift.print(store.url)
            }
        }
        guard !quiet else { return }
        let manifest = report.manifest
        let totals = manifest.totals
        var facts = "\(Quantities.count(totals.tables)) tables, \(Quantities.count(totals.rows)) rows"
        if manifest.largeObjects.count > 0 {
            facts += ", \(Quantities.count(manifest.largeObjects.count)) large objects"
        }
        facts += "; \(Quantities.bytes(totals.bytesRaw)) became \(Quantities.bytes(totals.bytesStored))"
        facts += " in \(Quantities.seconds(report.seconds))"
        StandardError.write("Backed up \(manifest.database): \(facts).")
        if let lag = manifest.snapshot.standbyLagInSeconds {
            StandardError.write("Read from a standby, \(Quantities.seconds(Double(lag))) behind its primary.")
        }
        for table in manifest.tablesWithoutData {
            StandardError.write("Without rows: \(table.schema).\(table.name) (\(table.reason.rawValue))")
        }
        StandardError.write("It is not proven yet. Next: dbops restore --verify \(report.url)")
    }

    private struct PreviewObject: Encodable {
        struct Table: Encodable {
            let table: String
            let sizeInBytes: Int
            let note: String?
        }

        let database: String
        let destination: String
        let serverVersion: String
        let pgDumpVersion: String
        let workers: Int
        let tables: [Table]
        let largeObjects: Int
        let tablesWithoutData: [String]
        let warnings: [String]

        init(_ preview: BackupPreview) {
            database = preview.database
            destination = preview.destination
            serverVersion = preview.serverVersion
            pgDumpVersion = preview.clientVersion
            workers = preview.workers
            tables = preview.tables.map { Table(table: $0.name, sizeInBytes: $0.sizeInBytes, note: $0.note) }
            largeObjects = preview.largeObjects
            tablesWithoutData = preview.tablesWithoutData
            warnings = preview.warnings
        }
    }

    static func print(_ preview: BackupPreview, json: Bool) throws {
        if json { return try JSONLine.print(PreviewObject(preview)) }
        Swift.print(
            "Would back up \(preview.database) (PostgreSQL \(preview.serverVersion)) into \(preview.destination)")
        Swift.print("with pg_dump \(preview.clientVersion) and \(preview.workers) workers, in this order:")
        for table in preview.tables {
            let note = table.note.map { "  (\($0))" } ?? ""
            Swift.print("  \(table.name)  \(Quantities.bytes(table.sizeInBytes))\(note)")
        }
        if preview.largeObjects > 0 { Swift.print("  \(Quantities.count(preview.largeObjects)) large objects") }
        for table in preview.tablesWithoutData { Swift.print("  without rows: \(table)") }
    }
}
