import JobModel
import Postgres

extension AdviceCheck {
    /// Row security that does not do what somebody seems to have meant.
    static let rowSecurityGap = AdviceCheck(
        .rowSecurityGap, "row security with a gap", sql: { _ in RowSecurityGap.query },
        finding: { row, _ in try RowSecurityGap.finding(row) })
}

private enum RowSecurityGap {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let table = try row.name("table")
        let policies = try row.int("policies")
        let isOpen = policies > 0
        return Finding(
            .rowSecurityGap, object: table, severity: isOpen ? .critical : .notice, confidence: .certain,
            summary: isOpen
                ? "has \(policies == 1 ? "a policy" : "\(policies) policies"), but row security is off: everybody with "
                    + "SELECT reads every row"
                : "has row security and no policy: all but its owner see no row",
            evidence: ["policies": .integer(policies), "row_security_is_on": .flag(!isOpen)],
            remedy: isOpen
                ? Remedy(
                    ["ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY;"],
                    lock: "ACCESS EXCLUSIVE on \(table), for a moment: set lock_timeout.",
                    risk: "From then on the policies hold: who relied on reading everything sees fewer rows.")
                : Remedy(
                    ["ALTER TABLE \(table) DISABLE ROW LEVEL SECURITY;"],
                    advice: "Make the policies that are missing; or, where none are meant, switch row security off.",
                    lock: "ACCESS EXCLUSIVE on \(table), for a moment: set lock_timeout.",
                    risk: "Without row security everybody with SELECT reads every row."),
            caveat: isOpen
                ? "The policies may have been made ahead of the day on which they are to hold."
                : "Some keep everybody but the owner out in just this way, on purpose.")
    }

    static let query: ServerText = """
        SELECT t.oid::pg_catalog.regclass::text AS table, pg_catalog.count(p.oid) AS policies
        FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
        LEFT JOIN pg_catalog.pg_policy p ON p.polrelid = t.oid
        WHERE t.relkind IN ('r', 'p') AND \(AdviceSQL.isUsersSchema) AND \(AdviceSQL.isOwn("t.oid"))
        GROUP BY t.oid, t.relrowsecurity
        HAVING t.relrowsecurity = (pg_catalog.count(p.oid) = 0)
          AND (t.relrowsecurity OR pg_catalog.count(p.oid) > 0)
        """
}
