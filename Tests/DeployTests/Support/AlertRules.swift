import Foundation

/// The alert rules, read line by line: the files are written by hand in one shape, and promtool has read them too.
struct AlertRule: Sendable {
    let file: String
    let name: String
    let lines: [String]

    static let files = ["backups", "daemon", "databases"]

    /// The tests of promtool; those of what takes hours stand by themselves.
    static let testFiles = files + ["hours"]

    static func all() throws -> [AlertRule] {
        try files.flatMap { file in
            let text = try Repository.text("deploy/monitoring/\(file).rules.yml")
            return sections(of: text, beginningWith: "      - alert: ").map {
                AlertRule(file: file, name: $0.title, lines: $0.lines)
            }
        }
    }

    /// The value of a key that stands on one line.
    func value(_ key: String) -> String? {
        lines.map { $0.trimmingCharacters(in: .whitespaces) }.first { $0.hasPrefix("\(key): ") }
            .map { $0.dropFirst(key.count + 2).trimmingCharacters(in: CharacterSet(charactersIn: "'")) }
    }

    /// The expression, which may go over several lines.
    var expression: String {
        guard let start = lines.firstIndex(where: { $0.hasPrefix("        expr: ") }) else { return "" }
        let rest = lines[(start + 1)...].prefix { $0.hasPrefix("          ") }
        return ([String(lines[start].dropFirst(14))] + rest).joined(separator: " ").replacing(">- ", with: "")
    }

    /// How many tests of promtool expect it to fire, and how many expect silence.
    func expectations() throws -> (firing: Int, silent: Int) {
        let texts = try Self.testFiles.map { try Repository.text("deploy/monitoring/\($0).test.yml") }
        let sections = texts.flatMap { Self.sections(of: $0, beginningWith: "      - eval_time: ") }
            .filter { $0.lines.contains("        alertname: \(name)") }
        let silent = sections.count { $0.lines.contains("        exp_alerts: []") }
        return (sections.count - silent, silent)
    }

    private static func sections(of text: String, beginningWith prefix: String) -> [(title: String, lines: [String])] {
        var sections: [(title: String, lines: [String])] = []
        for line in text.split(separator: "\n").map(String.init) {
            if line.hasPrefix(prefix) {
                sections.append((String(line.dropFirst(prefix.count)), []))
            } else if !sections.isEmpty {
                sections[sections.count - 1].lines.append(line)
            }
        }
        return sections
    }
}
