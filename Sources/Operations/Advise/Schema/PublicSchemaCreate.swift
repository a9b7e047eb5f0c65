import JobModel
import Postgres

extension AdviceCheck {
    /// A schema in which everybody may make objects, for others to stumble over: the default of `public` before 15.
    static let publicSchemaCreate = AdviceCheck(
        .publicSchemaCreate, "schemas in which everybody may make objects", sql: { _ in PublicSchemaCreate.query },
        finding: { row, _ in try PublicSchemaCreate.finding(row) })
}

private enum PublicSchemaCreate {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let schema = try row.name("schema")
        return Finding(
            .publicSchemaCreate, object: schema, severity: .warning, confidence: .certain,
            summary: "everybody who may connect may make tables and functions in it", evidence: [:],
            remedy: Remedy(
                ["REVOKE CREATE ON SCHEMA \(schema) FROM PUBLIC;"],
                advice: "Grant it to the roles that need it, first.", lock: "None that anybody waits for.",
                risk: "Roles that make objects there, as migrations do, fail without a grant of their own."),
            caveat: "Where all roles are trusted alike it is no danger.")
    }

    static let query: ServerText = """
        SELECT pg_catalog.quote_ident(n.nspname) AS schema FROM pg_catalog.pg_namespace n
        WHERE \(AdviceSQL.isUsersSchema) AND EXISTS (
          SELECT 1 FROM pg_catalog.aclexplode(n.nspacl) a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE')
        """
}
