import JobModel

extension StatementFailure {
    /// The GRANT that a refusal asks for, where the server's own words name the object and there is one privilege that
    /// a reader lacks; nil for all others, and from servers that speak another language than English.
    static func missingGrant(sqlState: SQLState, message: String, role: String) -> String? {
        guard sqlState == .insufficientPrivilege else { return nil }
        let kinds = [
            ("large object", "SELECT ON LARGE OBJECT"), ("schema", "USAGE ON SCHEMA"),
            ("sequence", "SELECT ON SEQUENCE"),
            ("view", "SELECT ON"), ("materialized view", "SELECT ON"),
        ]
        for (kind, privilege) in kinds {
            let beginning = "permission denied for \(kind) "
            guard message.hasPrefix(beginning) else { continue }
            let words = ServerText(String(message.dropFirst(beginning.count)))
            let name = kind == "large object" ? words : words.quotedWhereNeeded
            return "GRANT \(privilege) \(name) TO \(ServerText(role).quotedWhereNeeded); dbops check "
                + "--connect names all that is missing."
        }
        return nil
    }
}
