import JobModel
import Postgres

extension AdviceCheck {
    /// A constraint that was added NOT VALID and never validated: rows from before may break it, and the planner does not
    /// rely on it.
    static let unvalidatedConstraint = AdviceCheck(
        .unvalidatedConstraint, "constraints that were never validated", sql: UnvalidatedConstraint.query,
        finding: { row, _ in try UnvalidatedConstraint.finding(row) })
}

private enum UnvalidatedConstraint {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let owner = try row.name("owner")
        let constraint = try row.name("constraint")
        let isOfDomain = try row.bool("is_of_domain")
        return Finding(
            .unvalidatedConstraint, object: "\(owner).\(constraint)", severity: .warning, confidence: .certain,
            summary: "was added NOT VALID and never validated: older rows may break it",
            evidence: ["constraint_kind": .text(try row.name("kind"))],
            remedy: Remedy(
                ["ALTER \(isOfDomain ? "DOMAIN" : "TABLE") \(owner) VALIDATE CONSTRAINT \(constraint);"],
                lock: isOfDomain
                    ? "SHARE on the tables with columns of the domain: writes wait while it is read."
                    : "SHARE UPDATE EXCLUSIVE on \(owner): reads and writes go on while the whole table is read.",
                risk: "It fails, and changes nothing, where a row breaks the constraint: that row has to be set right."),
            caveat: "Somebody may have left it so on purpose, to bind new rows only.")
    }

    /// What is inherited is validated with its parent. From 18 on a constraint may be not enforced on purpose.
    static func query(_ server: AdviceServer) -> ServerText {
        let isEnforced: ServerText = server.versionNumber >= 180_000 ? "c.conenforced" : "true"
        return """
            SELECT CASE WHEN c.contypid <> 0 THEN pg_catalog.format_type(c.contypid, NULL)
                ELSE c.conrelid::pg_catalog.regclass::text END AS owner,
              pg_catalog.quote_ident(c.conname) AS constraint, c.contypid <> 0 AS is_of_domain,
              CASE c.contype WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check' WHEN 'n' THEN 'not null'
                ELSE c.contype::text END AS kind
            FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
            WHERE NOT c.convalidated AND \(isEnforced) AND c.conparentid = 0 AND c.coninhcount = 0
              AND \(AdviceSQL.isUsersSchema)
            """
    }
}
