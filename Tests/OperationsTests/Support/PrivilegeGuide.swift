import Foundation

/// The SQL of docs/least-privilege.md, as its readers run it.
struct PrivilegeGuide {
    /// The statements of each block, without comments, that hold for a major version.
    let blocks: [[String]]

    init(major: Int) throws {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: repository.appendingPathComponent("docs/least-privilege.md"), encoding: .utf8)
        blocks = text.components(separatedBy: "```sql\n").dropFirst().compactMap { part in
            let block = part.components(separatedBy: "```")[0]
            return Self.holds(block, major: major) ? Self.statements(block) : nil
        }
    }

    private static func holds(_ block: String, major: Int) -> Bool {
        if block.hasPrefix("-- PostgreSQL 17 and later\n") { return major >= 17 }
        if block.hasPrefix("-- PostgreSQL 14 to 16\n") { return major <= 16 }
        return true
    }

    private static func statements(_ block: String) -> [String] {
        let code = block.split(separator: "\n").filter { !$0.hasPrefix("--") }.joined(separator: "\n")
        guard !code.hasPrefix("DO ") else { return [code] }
        return code.split(separator: "\n").map(String.init)
    }

    /// All that is given to a role, one by one.
    func grants(to role: String) -> [Grant] {
        blocks.joined().compactMap { Grant($0, role: role) }
    }

    /// A statement that gives something, and the one that takes it back.
    struct Grant {
        let statement: String
        let inverse: String
        /// What a message must hold that names it: the statement up to the role, without a list of columns.
        let words: String

        init?(_ statement: String, role: String) {
            self.statement = statement
            if statement.hasPrefix("GRANT "), statement.hasSuffix(" TO \(role);") {
                let what = statement.dropFirst("GRANT ".count).dropLast(" TO \(role);".count)
                inverse = "REVOKE \(what) FROM \(role);"
                words = "GRANT " + what.replacing(#/ \(.*?\)/#, with: "")
            } else if statement == "ALTER ROLE \(role) BYPASSRLS;" {
                inverse = "ALTER ROLE \(role) NOBYPASSRLS;"
                words = String(statement.dropLast())
            } else {
                return nil
            }
        }
    }
}
