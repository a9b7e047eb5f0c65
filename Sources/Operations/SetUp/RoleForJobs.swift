import JobModel
import Postgres

/// The role with the least privileges that the jobs of a first job file need, as SQL for a superuser, in the database
/// itself. What each kind of job needs by itself is in docs/least-privilege.md; this is one role for all of them.
///
/// Sources: PostgreSQL manual, 22.5 "Predefined Roles", "GRANT", "ALTER ROLE".
package struct RoleForJobs: Sendable, Equatable {
    /// One statement, with its semicolon, and what it is for.
    package struct Statement: Sendable, Equatable {
        package let sql: String
        /// Lower case, without a full stop.
        package let purpose: String
    }

    /// Not quoted.
    package let role: String
    /// The database's name on the server.
    let database: String
    /// The role is not there yet, or not known to be.
    let isNew: Bool
    let facts: SetUpFacts

    /// What the role is called where a superuser has connected, who should not make the backups.
    package static let usualName = "dbops_backup"

    /// `user` is whom the URL names.
    package init(facts: SetUpFacts, user: String?, database: String) {
        self.facts = facts
        self.database = database
        isNew = facts.role == nil || facts.isSuperuser
        role = facts.isSuperuser ? Self.usualName : facts.role ?? user ?? Self.usualName
    }

    package var statements: [Statement] {
        let name = ServerText(role).quotedAsIdentifier
        var statements: [Statement] = []
        func add(_ sql: String, _ purpose: String) { statements.append(Statement(sql: sql, purpose: purpose)) }
        if isNew { add("CREATE ROLE \(name) LOGIN;", "a password: \\password \(role), in psql") }
        add("GRANT CONNECT ON DATABASE \(ServerText(database).quotedAsIdentifier) TO \(name);", "where PUBLIC may not")
        add("GRANT pg_read_all_data TO \(name);", "backups read every table and sequence, of now and later")
        add("GRANT pg_monitor TO \(name);", "advise and maintain see other sessions, and give way to them")
        if (facts.major ?? 0) >= 17 { add("GRANT pg_maintain TO \(name);", "maintain may VACUUM and ANALYZE") }
        if facts.hasRowSecurity {
            add("ALTER ROLE \(name) BYPASSRLS;", "row-level security hides no rows from backups")
        }
        if facts.hasLargeObjects { add(largeObjects, "large objects have privileges of their own, one by one") }
        return statements
    }

    /// What no grant to the role alone can give; nil where nothing is lacking.
    package var caveat: String? {
        guard facts.isSuperuser, let major = facts.major, major < 17 else { return nil }
        return
            "Before PostgreSQL 17 only owners may VACUUM: for the job upkeep grant \(role) the owner's role as well, "
            + "or take that job out."
    }

    private var largeObjects: String {
        let grant = ServerText("GRANT SELECT ON LARGE OBJECT %s TO \(ServerText(role).quotedAsIdentifier)")
        return "DO $dbops$ DECLARE o oid; BEGIN FOR o IN SELECT oid FROM pg_largeobject_metadata LOOP "
            + "EXECUTE format(\(grant.quotedAsLiteral), o); END LOOP; END $dbops$;"
    }
}
