import Archive
import JobModel
import Postgres

/// What a role can do on a server, as far as a restore needs it.
struct TargetFitness: Sendable, Equatable {
    /// What a restore needs.
    struct Need: Sendable {
        var makesDatabase = false
        /// Of the objects that are made; each is given to its owner.
        var owners: Set<ServerText> = []
        var extensions: Set<ServerText> = []
        /// Schemas of the database in which something is made.
        var schemas: Set<ServerText> = []
        var makesSchemas = false
        /// A database that gets another name.
        var renamed: String?
    }

    var role = ""
    var isSuperuser = false
    var makesDatabases = false
    /// Whether it may make schemas and extensions in the session's database.
    var makesSchemas = false
    /// The roles that it can be.
    var roles: Set<ServerText> = []
    /// Extensions that only superusers may create.
    var guardedExtensions: Set<ServerText> = []
    /// Of the session's database, in which it may make things.
    var openSchemas: Set<ServerText> = []
    var schemas: Set<ServerText> = []
    /// The owners of databases.
    var databaseOwners: [String: ServerText] = [:]

    /// Nil where the role may do it.
    func refusal(of need: Need) -> RestoreError? {
        guard !isSuperuser else { return nil }
        let name = ServerText(role).quotedAsIdentifier
        if (need.makesDatabase || need.renamed != nil) && !makesDatabases {
            return lacks("may not make databases", "ALTER ROLE \(name) CREATEDB; or restore as another role.")
        }
        if let database = need.renamed, let owner = databaseOwners[database], !roles.contains(owner) {
            return lacks(
                "does not own the database \(database), so it may not rename it",
                "Restore as \(owner), or: GRANT \(owner.quotedAsIdentifier) TO \(name);")
        }
        let others = need.owners.subtracting(roles).sorted()
        if !others.isEmpty {
            return lacks(
                "may not make objects that belong to \(others.map(\.text).joined(separator: ", "))",
                "Restore as a superuser, or: GRANT \(others.map(\.quotedAsIdentifier.text).joined(separator: ", ")) TO "
                    + "\(name);")
        }
        let guarded = need.extensions.intersection(guardedExtensions).sorted()
        if !guarded.isEmpty {
            return lacks(
                "may not create the extension \(guarded.map(\.text).joined(separator: ", "))",
                "Restore as a superuser, or have one create it in the database first.")
        }
        return need.makesDatabase ? nil : refusalInDatabase(of: need)
    }

    private func refusalInDatabase(of need: Need) -> RestoreError? {
        let name = ServerText(role).quotedAsIdentifier
        if (need.makesSchemas || !need.extensions.isEmpty) && !makesSchemas {
            return lacks(
                "may not make schemas in the database", "As its owner: GRANT CREATE ON DATABASE … TO \(name);")
        }
        let closed = need.schemas.intersection(schemas).subtracting(openSchemas).sorted()
        guard closed.isEmpty else {
            return lacks(
                "may not make anything in the schema \(closed.map(\.text).joined(separator: ", "))",
                "As its owner: GRANT CREATE ON SCHEMA \(closed.map(\.quotedAsIdentifier.text).joined(separator: ", ")) "
                    + "TO \(name);")
        }
        return nil
    }

    private func lacks(_ what: String, _ hint: String) -> RestoreError {
        .lacksPrivilege(role: role, what: what, hint: hint)
    }

    /// Throws for a server behind a pooler, and for a hot standby, whatever its databases hold.
    static func refuseUnfit(_ session: Session) async throws {
        try await session.refusePooler()
        let row = try await session.query("SELECT pg_catalog.pg_is_in_recovery() AS is_standby").onlyRow()
        guard try !row.bool("is_standby") else { throw RestoreError.standby(server: session.server.displayText) }
    }

    static func gather(_ session: Session) async throws -> TargetFitness {
        let row = try await session.query(
            """
            SELECT r.rolname AS role, r.rolsuper AS is_superuser, r.rolcreatedb AS makes_databases,
                   pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS makes_schemas
              FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
            """
        ).onlyRow()
        func names(_ sql: ServerText) async throws -> Set<ServerText> {
            Set(try await session.query(sql).rows.map { try $0.text("name") })
        }
        let being = session.server.versionNumber >= 160_000 ? "SET" : "MEMBER"
        var fitness = TargetFitness(
            role: try row.string("role"), isSuperuser: try row.bool("is_superuser"),
            makesDatabases: try row.bool("makes_databases"), makesSchemas: try row.bool("makes_schemas"))
        fitness.roles = try await names(
            "SELECT rolname AS name FROM pg_catalog.pg_roles WHERE pg_catalog.pg_has_role(oid, '\(being)')")
        fitness.guardedExtensions = try await names(
            """
            SELECT v.name FROM pg_catalog.pg_available_extension_versions v
              JOIN pg_catalog.pg_available_extensions e ON e.name = v.name AND e.default_version = v.version
             WHERE v.superuser AND NOT v.trusted AND e.installed_version IS NULL
            """)
        fitness.schemas = try await names("SELECT nspname AS name FROM pg_catalog.pg_namespace")
        fitness.openSchemas = try await names(
            """
            SELECT nspname AS name FROM pg_catalog.pg_namespace
             WHERE pg_catalog.has_schema_privilege(oid, 'CREATE')
            """)
        for row in try await session.query(
            """
            SELECT d.datname AS name, r.rolname AS owner FROM pg_catalog.pg_database d
              JOIN pg_catalog.pg_roles r ON r.oid = d.datdba
            """
        ).rows {
            // A server may have names that are no UTF-8; whoever restores names none of those.
            fitness.databaseOwners[try row.text("name").text] = try row.text("owner")
        }
        return fitness
    }
}

extension TargetFitness.Need {
    init(of part: RestorePart, makesDatabase: Bool, renaming database: String? = nil) {
        self.makesDatabase = makesDatabase
        renamed = database
        for entry in part.entries where !entry.isOfDatabase {
            // Predefined roles own what the server itself has made.
            if let owner = entry.owner, !owner.bytes.isEmpty, !owner.text.hasPrefix("pg_") { owners.insert(owner) }
            if entry.desc == "EXTENSION" { extensions.insert(entry.tag) }
            if entry.desc == "SCHEMA", entry.tag != "public" { makesSchemas = true }
            if entry.isRelation, let schema = entry.namespace { schemas.insert(schema) }
        }
    }
}
