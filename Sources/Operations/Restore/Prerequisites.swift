import Archive
import JobModel
import Postgres

/// What a backup needs of a server before anything is restored there. Pure.
struct Prerequisites: Equatable {
    /// What a server offers.
    struct Offer: Sendable {
        var roles: Set<String> = []
        var extensions: Set<String> = []
        var collations: Set<String> = []
        var tablespaces: Set<String> = []
        /// Whether it was built with ICU, which collations that name a locale of ICU need.
        var hasICU = true
    }

    var missingRoles: [String] = []
    var missingExtensions: [String] = []
    var missingCollations: [String] = []
    var missingTablespaces: [String] = []
    var missingICU = false

    /// Collations of users are part of the backup; those of the system must be there before.
    private static let systemSchema = "\"pg_catalog\"."

    init(of manifest: Manifest, _ contents: TableOfContents, offer: Offer) {
        self.init(of: manifest, contents.entries, isPart: !manifest.archive.filters.isEmpty, offer: offer)
    }

    /// `entries` are those that are restored; `isPart` where they are not the whole database.
    init(of manifest: Manifest, _ entries: [TOCEntry], isPart: Bool, offer: Offer) {
        let isPart = isPart || !manifest.archive.filters.isEmpty
        func lacking(_ wanted: [String], _ there: Set<String>) -> [String] {
            Set(wanted).subtracting(there).sorted()
        }
        let collations = Self.collations(manifest, entries, isPart: isPart)
        missingRoles = lacking(Self.roles(manifest, entries, isPart: isPart).map(\.text), offer.roles)
        missingExtensions = lacking(Self.extensions(manifest, entries, isPart: isPart).map(\.text), offer.extensions)
        missingCollations = lacking(
            collations.map(\.name.text).filter { $0.hasPrefix(Self.systemSchema) }, offer.collations)
        missingTablespaces = lacking(
            manifest.tablespaces.filter { space in !isPart || entries.contains { $0.tablespace == space } }.map(\.text),
            offer.tablespaces)
        missingICU = !offer.hasICU && collations.contains { $0.provider == "icu" }
    }

    /// A part of a database needs only what is in that part.
    private static func extensions(_ manifest: Manifest, _ entries: [TOCEntry], isPart: Bool) -> [ServerText] {
        let made = Set(entries.filter { $0.desc == "EXTENSION" }.map(\.tag))
        return manifest.extensions.map(\.name).filter { !isPart || made.contains($0) }
    }

    /// Those of a part are named in its statements.
    private static func collations(
        _ manifest: Manifest, _ entries: [TOCEntry], isPart: Bool
    ) -> [Manifest.UsedCollation] {
        guard isPart else { return manifest.collations }
        let statements = entries.compactMap { $0.defn?.text }.filter { $0.contains("COLLATE ") }
        return manifest.collations.filter { collation in
            let name = collation.name.text.dropFirst(Self.systemSchema.count).dropLast()
            return statements.contains { $0.contains(name) }
        }
    }

    /// The role that made the source's cluster is needed only where something names it: elsewhere it has another
    /// name. The same holds for every role where the backup is a part of a database.
    private static func roles(_ manifest: Manifest, _ entries: [TOCEntry], isPart: Bool) -> [ServerText] {
        manifest.roles.filter { role in
            !isPart && role != manifest.server.bootstrapRole
                || entries.contains { entry in
                    entry.owner == role || entry.desc == "ACL" && entry.defn?.text.contains(role.text) == true
                }
        }
    }

    static func offer(of session: Session) async throws -> Offer {
        func names(_ sql: ServerText) async throws -> Set<String> {
            Set(try await session.query(sql).rows.map { try $0.string("name") })
        }
        return Offer(
            roles: try await names("SELECT rolname AS name FROM pg_catalog.pg_roles"),
            extensions: try await names("SELECT name FROM pg_catalog.pg_available_extensions"),
            collations: try await names(
                """
                SELECT DISTINCT '"pg_catalog"."' || pg_catalog.replace(collname, '"', '""') || '"' AS name
                  FROM pg_catalog.pg_collation WHERE collnamespace = 'pg_catalog'::pg_catalog.regnamespace
                """),
            tablespaces: try await names("SELECT spcname AS name FROM pg_catalog.pg_tablespace"),
            // initdb makes these of what ICU knows; "unicode" is there in any case.
            hasICU: try await !names(
                """
                SELECT collname AS name FROM pg_catalog.pg_collation
                 WHERE collprovider = 'i' AND collname <> 'unicode' LIMIT 1
                """
            ).isEmpty)
    }
}
