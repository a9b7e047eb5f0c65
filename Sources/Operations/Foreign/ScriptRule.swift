import Archive
import JobModel

/// What is done with a statement of a foreign dump before a server sees it. Pure.
enum ScriptRule: Equatable {
    case run(ServerText)
    /// What it would have done does not belong into a scratch database; the words are for the report.
    case leaveOut(String)
    /// No dump holds it, or it may not be run here.
    case refuse(String)

    static func of(_ statement: ScriptStatement, isThrowAway: Bool) -> ScriptRule {
        let words = statement.words
        if words.starts(with: ["alter", "system"]) || words.first == "load" {
            return .refuse(
                "\(words.prefix(2).joined(separator: " ").uppercased()) changes the server; pg_dump never writes it")
        }
        if isAboutTablespaces(statement) { return .leaveOut("tablespaces: all is in the default one") }
        if concerns("subscription", words) { return .leaveOut("subscriptions: they would reach out to the publisher") }
        if !isThrowAway, let refusal = refusalOnNamedServer(words) { return refusal }
        if statement.begins(with: "create", "database") { return .run(withoutTablespace(statement.text)) }
        return .run(statement.text)
    }

    private static func isAboutTablespaces(_ statement: ScriptStatement) -> Bool {
        let words = statement.words
        if statement.begins(with: "set", "default_tablespace") { return !statement.text.text.hasSuffix("''") }
        if statement.begins(with: "alter", "database") { return words.suffix(2).first == "tablespace" }
        return concerns("tablespace", words)
    }

    /// CREATE, ALTER, DROP, COMMENT ON, SECURITY LABEL … ON, GRANT and REVOKE … ON.
    private static func concerns(_ kind: String, _ words: [String]) -> Bool {
        switch words.first {
        case "create", "alter", "drop": return words.dropFirst().first == kind
        case "comment", "security", "grant", "revoke":
            guard let on = words.firstIndex(of: "on") else { return false }
            return words.dropFirst(on + 1).first == kind
        default: return false
        }
    }

    private static func refusalOnNamedServer(_ words: [String]) -> ScriptRule? {
        if words.starts(with: ["comment", "on", "database"]) { return .leaveOut("the comment of the database") }
        let kinds = ["database", "role", "user", "group"]
        let isOfCluster =
            kinds.contains { concerns($0, words) } && words.dropFirst(2).first != "mapping"
            || ["grant", "revoke"].contains(words.first) && !words.contains("on")
        return isOfCluster
            ? .refuse(
                "it makes or changes databases or roles, which is done in a throw-away cluster only: leave out --on")
            : nil
    }

    /// pg_dump writes it last.
    private static func withoutTablespace(_ text: ServerText) -> ServerText {
        guard let place = text.bytes.lastRange(of: Array(" TABLESPACE = ".utf8)) else { return text }
        return ServerText(bytes: text.bytes[..<place.lowerBound])
    }
}

extension [UInt8] {
    /// The last place where `other` stands.
    fileprivate func lastRange(of other: [UInt8]) -> Range<Int>? {
        guard count >= other.count else { return nil }
        for start in stride(from: count - other.count, through: 0, by: -1)
        where self[start..<(start + other.count)].elementsEqual(other) {
            return start..<(start + other.count)
        }
        return nil
    }
}
