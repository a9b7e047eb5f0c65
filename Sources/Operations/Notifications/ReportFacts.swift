import Foundation

/// What a run's report says that people want to know at once. Reports are the job kinds' own; what one does not have,
/// or has in another form, is left out.
package struct ReportFacts: Sendable, Equatable {
    /// The id of the backup that was made or proven.
    package var backup: String?
    package var url: String?
    package var tables: Int?
    package var rows: Int?
    package var bytesRaw: Int?
    package var bytesStored: Int?
    package var seconds: Double?
    /// Names of the checks that a verification did not pass.
    package var failedChecks: [String] = []
    package var warnings: [String] = []

    package init() {}

    /// Reads a report; nil, or a text that is no JSON object, holds no facts.
    package init(report: String?) {
        guard let report else { return }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let read = try? decoder.decode(Lenient.self, from: Data(report.utf8)) else { return }
        self = read.facts
    }

    private struct Check: Decodable {
        let name: String
        let verdict: String
    }

    private struct Lenient: Decodable {
        var facts = ReportFacts()

        private enum CodingKeys: String, CodingKey {
            case backup, url, tables, rows, bytesRaw, bytesStored, seconds, checks, warnings
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            func value<Value: Decodable>(_ key: CodingKeys) -> Value? { try? container.decode(Value.self, forKey: key) }
            facts.backup = value(.backup)
            facts.url = value(.url)
            facts.tables = value(.tables)
            facts.rows = value(.rows)
            facts.bytesRaw = value(.bytesRaw)
            facts.bytesStored = value(.bytesStored)
            facts.seconds = value(.seconds)
            facts.warnings = value(.warnings) ?? []
            let checks: [Check] = value(.checks) ?? []
            facts.failedChecks = checks.filter { $0.verdict == "failed" }.map(\.name)
        }
    }
}
