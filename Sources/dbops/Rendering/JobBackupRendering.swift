import Foundation
import JobModel
import Operations

/// How the backup of a job ended, from its run's report.
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

    static func print(_ run: Run, report text: String, json: Bool, quiet: Bool) throws {
        if json { return try printObject(run, report: text) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let report = try decoder.decode(Report.self, from: Data(text.utf8))
        for store in report.stores {
            if let error = store.error {
                StandardError.write("Not in \(store.name): \(error)")
            } else {
                Swift.print(store.url)
            }
        }
        guard !quiet else { return }
        StandardError.write(
            "Backed up \(Quantities.count(report.tables)) tables, \(Quantities.count(report.rows)) rows; "
                + "\(Quantities.bytes(report.bytesRaw)) became \(Quantities.bytes(report.bytesStored)) in "
                + "\(Quantities.seconds(report.seconds)).")
        StandardError.write("It is not proven yet. Next: dbops restore --verify \(run.job)@latest")
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
