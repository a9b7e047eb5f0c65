import Archive
import Foundation
import JobModel

/// What the history keeps of a backup's report.
struct BackupJobReport: Encodable {
    let backup: String
    let url: String
    let tables: Int
    let rows: Int
    let bytesRaw: Int
    let bytesStored: Int
    let seconds: Double
    let stores: [StoreResult]
    /// Of a standby.
    let standbyLagSeconds: Int?
    let warnings: [String]

    init(_ report: BackupReport) {
        let totals = report.manifest.totals
        backup = report.manifest.backup.description
        url = report.url
        tables = totals.tables
        rows = totals.rows
        bytesRaw = totals.bytesRaw
        bytesStored = totals.bytesStored
        seconds = report.seconds
        stores = report.stores
        standbyLagSeconds = report.manifest.snapshot.standbyLagInSeconds
        warnings = report.warnings
    }
}

/// What the history keeps of a verification's report; the whole of it stands beside the backup, as evidence.
struct VerificationJobReport: Encodable {
    struct Check: Encodable {
        let name: String
        let verdict: String
        let expected: String
        let found: String
    }

    let backup: String
    let url: String
    let manifestSHA256: String
    let checks: [Check]
    let seconds: Double
    /// What the restore itself took.
    let restoreSeconds: Double
    let warnings: [String]

    init(_ report: VerificationReport) {
        backup = report.backup
        url = report.url
        manifestSHA256 = report.manifestSHA256
        checks = report.checks.map {
            Check(name: $0.name, verdict: $0.verdict.rawValue, expected: $0.expected, found: $0.found)
        }
        seconds = report.seconds.total
        restoreSeconds = report.seconds.restore
        warnings = report.warnings
    }
}

/// What the history keeps of a prune's report.
struct PruneJobReport: Encodable {
    struct Store: Encodable {
        let job: String
        let url: String
        let deleted: [String]
        let swept: [String]
        let bytesFreed: Int64
        let error: String?
    }

    let stores: [Store]

    init(_ reports: [PruneReport]) {
        stores = reports.flatMap(\.stores).map { store in
            Store(
                job: store.job, url: store.url, deleted: store.deleted.map(\.folder), swept: store.swept.map(\.folder),
                bytesFreed: store.bytesFreed, error: store.failure?.message)
        }
    }
}

extension Encodable {
    /// One line of JSON with snake_case keys, sorted.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
