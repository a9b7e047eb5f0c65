import Foundation
import JobModel
import Operations

/// How the backup of a job ended, from its run's report; of a job of several databases, of each.
enum JobBackupRendering {
    private struct Report: Decodable {
        struct Store: Decodable {
            let name: String
            let url: String
            let error: String?
        }

        let url: String
        let tables: Int
        let rows: Int
        let bytesRaw: Int
        let bytesStored: Int
        let seconds: Double
        let stores: [Store]
    }

    private struct Several: Decodable {
        struct Database: Decodable {
            let database: String
            let outcome: String
            let message: String?
            let stores: [Report.Store]?
        }

        let databases: [Database]
        let tables: Int?
        let rows: Int?
        let bytesRaw: Int?
        let bytesStored: Int?
        let seconds: Double?
    }

    static func print(_ run: Run, report text: String, json: Bool, quiet: Bool) throws {
        if json { return try printObject(run, report: text) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        if let several = try? decoder.decode(Several.self, from: Data(text.utf8)) {
            return print(several, of: run, quiet: quiet)
        }
        let report = try decoder.decode(Report.self, from: Data(text.utf8))
        print(report.stores)
        guard !quiet else { return }
        print(report.tables, report.rows, report.bytesRaw, report.bytesStored, report.seconds)
        StandardError.write("It is not proven yet. Next: dbops restore --verify \(run.job)@latest")
    }

    private static func print(_ several: Several, of run: Run, quiet: Bool) {
        for database in several.databases {
            print(database.stores ?? [])
            if let message = database.message { StandardError.write("\(database.database): \(message)") }
        }
        guard !quiet else { return }
        let good = several.databases.filter { $0.outcome != RunOutcome.failed.rawValue }
        StandardError.write("\(good.count) of \(several.databases.count) databases:")
        print(several.tables, several.rows, several.bytesRaw, several.bytesStored, several.seconds)
        if let first = good.first {
            StandardError.write(
                "They are not proven yet. Next: dbops restore --verify \"\(run.job)/\(first.database)@latest\"")
        }
    }

    private static func print(_ stores: [Report.Store]) {
        for store in stores {
            if let error = store.error {
                StandardError.write("Not in \(store.name): \(error)")
            } else {
                Swift.print(store.url)
            }
        }
    }

    private static func print(_ tables: Int?, _ rows: Int?, _ bytesRaw: Int?, _ bytesStored: Int?, _ seconds: Double?) {
        StandardError.write(
            "Backed up \(Quantities.count(tables ?? 0)) tables, \(Quantities.count(rows ?? 0)) rows; "
                + "\(Quantities.bytes(bytesRaw ?? 0)) became \(Quantities.bytes(bytesStored ?? 0)) in "
                + "\(Quantities.seconds(seconds ?? 0)).")
    }

    /// The report with the run's name and outcome.
    private static func printObject(_ run: Run, report text: String) throws {
        var object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        object["job"] = run.job
        object["run"] = run.id.description
        object["outcome"] = run.outcome?.rawValue
        let line = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        Swift.print(String(decoding: line, as: UTF8.self))
    }
}
