import Foundation
import JobModel

/// What the history keeps of a run on several databases: each one's own report with its name and outcome, and what they
/// come to together.
///
/// ```
/// {"databases": [{"database": "shop", "outcome": "succeeded", "backup": "…", …}, …],
///  "found": ["crm"], "vanished": [], "tables": 12, "rows": 4711, …}
/// ```
enum DatabasesReport {
    /// Numbers of single reports whose sum means something.
    private static let summed = ["tables", "rows", "bytes_raw", "bytes_stored", "seconds", "restore_seconds"]

    static func json(_ results: DatabaseResults, _ changes: DatabaseChanges? = nil) -> String? {
        var sums: [String: Double] = [:]
        var objects: [[String: Any]] = []
        for entry in results.entries {
            var object = entry.result.report.flatMap(object) ?? [:]
            for key in summed {
                if let number = object[key] as? NSNumber { sums[key, default: 0] += number.doubleValue }
            }
            object["database"] = entry.database.text
            object["outcome"] = entry.result.outcome.rawValue
            if let message = entry.result.message { object["message"] = message }
            objects.append(object)
        }
        var report: [String: Any] = ["databases": objects]
        for (key, sum) in sums { report[key] = key.hasSuffix("seconds") ? sum as Any : Int(sum) as Any }
        if let changes {
            report["found"] = changes.found.map(\.text)
            report["vanished"] = changes.vanished.map(\.text)
        }
        return text(report)
    }

    /// Which databases will be worked on, as a run's plan.
    static func plan(_ databases: [String]) -> String? { text(["databases": databases]) }

    private static func object(_ text: String) -> [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    }

    private static func text(_ object: [String: Any]) -> String? {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return (try? JSONSerialization.data(withJSONObject: object, options: options))
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
