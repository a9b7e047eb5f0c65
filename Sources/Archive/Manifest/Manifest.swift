package import JobModel

/// The document that makes a prefix of a store a backup: what is in it and all that is needed to judge it later.
///
/// It is the last object written. Names from the server are bytes in the archive's encoding. The JSON keys are the
/// properties' names in snake case; ``encode()`` adds `format_version` and `checksum`.
package struct Manifest: Hashable, Sendable, Codable {
    /// The backup's name when it was made; a renamed copy keeps it.
    package var backup: BackupID
    /// The job, or the database's name where there was none.
    package var job: String
    package var database: ServerText
    /// The run that made the backup.
    package var runID: String
    package var dbopsVersion: String
    package var startedAt: CivilTime
    /// When the last object but the manifest was stored.
    package var finishedAt: CivilTime
    /// What the rows show.
    package var snapshot: Snapshot
    /// Where the rows come from.
    package var server: Server
    /// What wrote the table of contents.
    package var client: Client
    package var archive: Archive
    /// The extensions that a restore must be able to create.
    package var extensions: [Extension]
    /// The roles that own or are granted something; not quoted.
    package var roles: [ServerText]
    /// The tablespaces in use beside the default; not quoted.
    package var tablespaces: [ServerText]
    /// The collations that columns or indexes name.
    package var collations: [UsedCollation]
    /// Indexes that were invalid at the source, as quoted qualified names.
    package var invalidIndexes: [ServerText]
    /// Constraints that were not valid at the source: quoted table name, a space, quoted constraint name.
    package var unvalidatedConstraints: [ServerText]
    /// Every table whose rows are in the backup, by dump id.
    package var tables: [Table]
    package var largeObjects: LargeObjects
    /// Roles and what else belongs to the whole server; nil where the backup holds nothing of it.
    package var globals: Globals?
    /// Tables that the backup creates without their rows.
    package var tablesWithoutData: [TableWithoutData]
    /// Every object of the backup but the manifest.
    package var objects: [StoredObject]
    package var totals: Totals

    package init(
        backup: BackupID, job: String, database: ServerText, runID: String, dbopsVersion: String,
        startedAt: CivilTime, finishedAt: CivilTime, snapshot: Snapshot, server: Server, client: Client,
        archive: Archive, extensions: [Extension], roles: [ServerText], tablespaces: [ServerText],
        collations: [UsedCollation], invalidIndexes: [ServerText], unvalidatedConstraints: [ServerText],
        tables: [Table], largeObjects: LargeObjects, globals: Globals? = nil, tablesWithoutData: [TableWithoutData],
        objects: [StoredObject], totals: Totals
    ) {
        self.backup = backup
        self.job = job
        self.database = database
        self.runID = runID
        self.dbopsVersion = dbopsVersion
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.snapshot = snapshot
        self.server = server
        self.client = client
        self.archive = archive
        self.extensions = extensions
        self.roles = roles
        self.tablespaces = tablespaces
        self.collations = collations
        self.invalidIndexes = invalidIndexes
        self.unvalidatedConstraints = unvalidatedConstraints
        self.tables = tables
        self.largeObjects = largeObjects
        self.globals = globals
        self.tablesWithoutData = tablesWithoutData
        self.objects = objects
        self.totals = totals
    }

    private enum CodingKeys: String, CodingKey {
        case backup, job, database, snapshot, server, client, archive, extensions, roles, tablespaces, collations
        case tables, globals, objects, totals
        case runID = "run_id"
        case dbopsVersion = "dbops_version"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case invalidIndexes = "invalid_indexes"
        case unvalidatedConstraints = "unvalidated_constraints"
        case largeObjects = "large_objects"
        case tablesWithoutData = "tables_without_data"
    }

    /// The object's name.
    package static let objectName = "manifest.json"

    /// The version of the document that this dbops writes, and the newest that it reads.
    package static let formatVersion = 1
}
