import JobModel
import Postgres

/// How many connections the server has for programs, and who has them.
struct ConnectionBudget: Sendable, Equatable {
    /// Without what is reserved for superusers and others.
    var most: Int
    /// Of clients, in all databases.
    var used: Int
    /// Limits of roles and databases, by name; those without are not there.
    var roleLimits: [String: Int] = [:]
    var databaseLimits: [String: Int] = [:]

    var free: Int { max(0, most - used) }

    static func gather(_ probe: AdviceProbe) async throws -> ConnectionBudget {
        var budget = ConnectionBudget(most: 0, used: 0)
        for row in try await probe.rows(query) {
            let (name, count) = (try row.name("name"), try row.int("count"))
            switch try row.string("what") {
            case "most": budget.most = count
            case "used": budget.used = count
            case "role": budget.roleLimits[name] = count
            default: budget.databaseLimits[name] = count
            }
        }
        return budget
    }

    /// What is reserved for superusers cannot be used by programs. 16 has a second reserve.
    static let forPrograms: ServerText = """
        pg_catalog.current_setting('max_connections')::pg_catalog.int4
          - pg_catalog.current_setting('superuser_reserved_connections')::pg_catalog.int4
          - coalesce(pg_catalog.current_setting('reserved_connections', true)::pg_catalog.int4, 0)
        """

    private static let query: ServerText = """
        SELECT 'most' AS what, '' AS name, \(forPrograms) AS count
        UNION ALL
        SELECT 'used', '', count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'
        UNION ALL
        SELECT 'role', rolname::pg_catalog.text, rolconnlimit FROM pg_catalog.pg_roles
        WHERE rolconnlimit >= 0 AND NOT rolsuper
        UNION ALL
        SELECT 'database', datname::pg_catalog.text, datconnlimit FROM pg_catalog.pg_database WHERE datconnlimit >= 0
        """
}
