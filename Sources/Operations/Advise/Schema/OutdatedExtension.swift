import JobModel
import Postgres

extension AdviceCheck {
    /// An extension whose objects are those of an older version than the library that is installed.
    static let outdatedExtension = AdviceCheck(
        .outdatedExtension, "extensions with an update that waits", sql: { _ in OutdatedExtension.query },
        finding: { row, _ in try OutdatedExtension.finding(row) })
}

private enum OutdatedExtension {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let name = try row.name("name")
        let installed = try row.name("installed")
        let available = try row.name("available")
        return Finding(
            .outdatedExtension, object: name, severity: .notice, confidence: .certain,
            summary: "is at \(installed), and \(available) is installed beside the server",
            evidence: ["version": .text(installed), "available_version": .text(available)],
            remedy: Remedy(
                ["ALTER EXTENSION \(name) UPDATE;"], advice: "Read its release notes first.",
                lock: "On the extension's objects, as its update script says; most take a moment.",
                risk: "Functions may change, and views that use them may have to be made anew."),
            caveat: "What a package offers as its default may be older than what was chosen here.")
    }

    static let query: ServerText = """
        SELECT pg_catalog.quote_ident(e.extname) AS name, e.extversion AS installed, a.default_version AS available
        FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_available_extensions() a ON a.name = e.extname
        WHERE a.default_version <> e.extversion
        """
}
