import JobModel
import Postgres

/// Whether the role of a database sees what its jobs of kind advise look at, and whether PgBouncer answers them.
struct AdviseCheck: Sendable {
    let context: OperationContext
    /// `database shop`
    let subject: String
    let target: DatabaseTarget
    let targets: TargetOpener
    let jobs: [(name: String, settings: AdviseJob)]

    /// Never throws but on cancellation: what fails is a finding.
    func run() async throws -> [CheckFinding] {
        var findings = try await CheckFinding.asking(subject) {
            try await Session.openDirect(
                try targets.primary(of: target), applicationName: context.applicationName,
                lockTimeout: AdviseRequest.lockTimeout, statementTimeout: .seconds(10))
        } _: { session in
            Self.findings(try await AdvicePrivileges.gather(session), subject, names, role: session.server.user)
        }
        for (name, settings) in jobs where settings.pgbouncerURL != nil {
            findings.append(try await console(name, settings))
        }
        return findings
    }

    private var names: String { jobs.map(\.name).joined(separator: ", ") }

    /// A run goes on without what it may not see, and ends as partial.
    static func findings(
        _ privileges: AdvicePrivileges, _ subject: String, _ jobs: String, role: String
    ) -> [CheckFinding] {
        let name = ServerText(role).quotedAsIdentifier
        var findings: [CheckFinding] = []
        if !privileges.seesSessions {
            findings.append(
                CheckFinding(
                    subject: subject, level: .fault(.permission),
                    message:
                        "\(role) does not see other sessions and their statistics: each run of \(jobs) would be partial",
                    advice: "Run this as a superuser.", statements: ["GRANT pg_monitor TO \(name);"]))
        }
        if let statements = privileges.unreadableStatements {
            findings.append(
                CheckFinding(
                    subject: subject, level: .fault(.permission),
                    message: "\(role) may not read pg_stat_statements, for \(jobs)", advice: "Run this as its owner.",
                    statements: [
                        "GRANT USAGE ON SCHEMA \(statements) TO \(name);",
                        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA \(statements) TO \(name);",
                        "GRANT SELECT ON ALL TABLES IN SCHEMA \(statements) TO \(name);",
                    ]))
        }
        if privileges.unreadableTables > 0 {
            let count = privileges.unreadableTables
            findings.append(
                CheckFinding(
                    subject: subject, level: .warning,
                    message:
                        "\(role) may not read \(Quantities.count(count)) table\(count == 1 ? "" : "s"): \(jobs) would know "
                        + "nothing of the bloat, the columns and the sequences there",
                    advice: "Run this as a superuser, if that is wanted.",
                    statements: ["GRANT pg_read_all_data TO \(name);"]))
        }
        return findings.isEmpty ? [.good(subject, "\(jobs) can see all that is looked at")] : findings
    }

    private func console(_ name: String, _ settings: AdviseJob) async throws -> CheckFinding {
        let place = "job \(name)"
        do {
            let info = try targets.connection(settings.pgbouncerURL ?? "", password: settings.pgbouncerPassword)
            switch try await PgBouncerSight.look(at: info, applicationName: context.applicationName) {
            case .seen(let facts):
                let count = facts.pools.count
                return .good(place, "PgBouncer tells of \(count) pool\(count == 1 ? "" : "s")")
            case .unseen(let reason):
                return .warning(
                    place, reason, advice: "Name the admin console, and a user of stats_users or admin_users.")
            case .none: return .good(place, "no PgBouncer is named")
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            return .fault(place, error)
        }
    }
}

/// What a role sees of what the advisor looks at.
struct AdvicePrivileges: Sendable, Equatable {
    /// A superuser, or a member of `pg_monitor`.
    var seesSessions: Bool
    /// The schema of pg_stat_statements, quoted, where it is there and the role may not read it.
    var unreadableStatements: String?
    /// Tables of users whose columns' statistics are hidden from it.
    var unreadableTables: Int

    static func gather(_ session: Session) async throws -> AdvicePrivileges {
        let row = try await session.query(query).onlyRow()
        return AdvicePrivileges(
            seesSessions: try row.bool("sees_sessions"),
            unreadableStatements: try row.optionalText("statements")?.text,
            unreadableTables: try row.int("tables"))
    }

    private static let query: ServerText = """
        SELECT pg_catalog.pg_has_role(current_user, 'pg_monitor', 'USAGE') AS sees_sessions,
          (SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_extension e
           JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
           JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid AND p.proname = 'pg_stat_statements'
           WHERE e.extname = 'pg_stat_statements' AND NOT (
             pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE'))
           LIMIT 1) AS statements,
          (SELECT count(*) FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
           WHERE t.relkind IN ('r', 'm', 'p') AND t.relpersistence <> 't' AND \(AdviceSQL.isUsersSchema)
             AND NOT pg_catalog.has_table_privilege(t.oid, 'SELECT')) AS tables
        """
}
