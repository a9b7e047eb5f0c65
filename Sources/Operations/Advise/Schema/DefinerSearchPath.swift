import JobModel
import Postgres

extension AdviceCheck {
    /// A function that runs with its owner's rights and finds its names by the caller's `search_path`: the caller can put
    /// objects of their own in its way.
    static let definerSearchPath = AdviceCheck(
        .definerSearchPath, "SECURITY DEFINER functions without a search_path of their own",
        sql: { _ in DefinerSearchPath.query }, finding: { row, _ in try DefinerSearchPath.finding(row) })
}

private enum DefinerSearchPath {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let function = try row.name("function")
        let isOfSuperuser = try row.bool("is_of_superuser")
        return Finding(
            .definerSearchPath, object: function, severity: .warning, confidence: .certain,
            summary: "runs as \(try row.name("owner")) with the caller's search_path",
            evidence: [
                "owner": .text(try row.name("owner")), "owner_is_superuser": .flag(isOfSuperuser),
                "everybody_may_call_it": .flag(try row.bool("is_open")),
            ],
            remedy: Remedy(
                ["ALTER \(try row.name("kind")) \(function) SET search_path = \(try row.name("schema")), pg_temp;"],
                advice: "Name every schema whose objects it uses, pg_temp last.",
                lock: "None that anybody waits for.",
                risk: "It fails where it uses objects of a schema that is not named."),
            caveat: "A function that writes every name with its schema, operators included, is safe as it is.",
            measure: isOfSuperuser ? 1 : 0)
    }

    /// Functions with a body in standard SQL have their names resolved when they are made; C needs none.
    static let query: ServerText = """
        SELECT p.oid::pg_catalog.regprocedure::text AS function, pg_catalog.quote_ident(n.nspname) AS schema,
          CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END AS kind,
          pg_catalog.quote_ident(r.rolname) AS owner, r.rolsuper AS is_of_superuser,
          pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE') AS is_open
        FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        JOIN pg_catalog.pg_roles r ON r.oid = p.proowner JOIN pg_catalog.pg_language l ON l.oid = p.prolang
        WHERE p.prosecdef AND \(AdviceSQL.isUsersSchema) AND p.prosqlbody IS NULL
          AND l.lanname NOT IN ('c', 'internal')
          AND NOT EXISTS (
            SELECT 1 FROM pg_catalog.unnest(p.proconfig) setting WHERE setting LIKE 'search_path=%')
          AND \(AdviceSQL.isOwn("p.oid", in: "pg_proc"))
        """
}
