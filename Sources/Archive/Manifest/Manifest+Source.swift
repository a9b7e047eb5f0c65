package import JobModel

extension Manifest {
    /// The instant that the rows show.
    package struct Snapshot: Hashable, Sendable, Codable {
        /// By the server's clock.
        package var takenAt: CivilTime
        /// The write-ahead log's position, for instance `0/3000060`; the replayed one on a standby.
        package var lsn: String
        /// Whether the server was a standby.
        package var inRecovery: Bool
        /// On a standby, when the newest transaction in the rows was committed, by the primary's clock; nil where nothing
        /// told, and in older backups.
        package var standbyLastCommit: CivilTime?
        /// On a standby, how far it was behind its primary; nil likewise.
        package var standbyLagInSeconds: Int?

        package init(
            takenAt: CivilTime, lsn: String, inRecovery: Bool, standbyLastCommit: CivilTime? = nil,
            standbyLagInSeconds: Int? = nil
        ) {
            self.takenAt = takenAt
            self.lsn = lsn
            self.inRecovery = inRecovery
            self.standbyLastCommit = standbyLastCommit
            self.standbyLagInSeconds = standbyLagInSeconds
        }

        private enum CodingKeys: String, CodingKey {
            case lsn
            case takenAt = "taken_at"
            case inRecovery = "in_recovery"
            case standbyLastCommit = "standby_last_commit"
            case standbyLagInSeconds = "standby_lag_seconds"
        }
    }

    /// The server from which the rows come.
    package struct Server: Hashable, Sendable, Codable {
        /// For instance `15.20 (Debian 15.20-0+deb12u1)`.
        package var versionText: String
        /// For instance 150020.
        package var versionNumber: Int
        /// The cluster's identifier, the same on its standbys; decimal.
        package var systemIdentifier: String
        /// The database's encoding, for instance `UTF8`.
        package var encoding: String
        package var collation: DatabaseCollation
        /// The `lc_monetary` of the sessions that read the rows: `money` values depend on it.
        package var lcMonetary: String
        /// The server's own time zone; the rows are written in UTC.
        package var timeZone: String
        /// The superuser that made the cluster: what it was granted by that is recorded nowhere. Not quoted.
        package var bootstrapRole: ServerText?
        /// Whether the cluster checks its pages.
        package var dataChecksums: Bool
        /// In bytes.
        package var blockSize: Int

        package init(
            versionText: String, versionNumber: Int, systemIdentifier: String, encoding: String,
            collation: DatabaseCollation, lcMonetary: String, timeZone: String, bootstrapRole: ServerText? = nil,
            dataChecksums: Bool, blockSize: Int
        ) {
            self.versionText = versionText
            self.versionNumber = versionNumber
            self.systemIdentifier = systemIdentifier
            self.encoding = encoding
            self.collation = collation
            self.lcMonetary = lcMonetary
            self.timeZone = timeZone
            self.bootstrapRole = bootstrapRole
            self.dataChecksums = dataChecksums
            self.blockSize = blockSize
        }

        private enum CodingKeys: String, CodingKey {
            case encoding, collation
            case versionText = "version_text"
            case versionNumber = "version_number"
            case systemIdentifier = "system_identifier"
            case lcMonetary = "lc_monetary"
            case timeZone = "time_zone"
            case bootstrapRole = "bootstrap_role"
            case dataChecksums = "data_checksums"
            case blockSize = "block_size"
        }
    }

    /// How the database orders text by default.
    package struct DatabaseCollation: Hashable, Sendable, Codable {
        /// `libc`, `icu` or `builtin`.
        package var provider: String
        package var collate: String
        package var ctype: String
        /// The locale where the provider is `icu` or `builtin`.
        package var icuLocale: String?
        /// The provider's version of the collation; nil where it has none.
        package var version: String?

        package init(provider: String, collate: String, ctype: String, icuLocale: String? = nil, version: String? = nil)
        {
            self.provider = provider
            self.collate = collate
            self.ctype = ctype
            self.icuLocale = icuLocale
            self.version = version
        }

        private enum CodingKeys: String, CodingKey {
            case provider, collate, ctype, version
            case icuLocale = "icu_locale"
        }
    }

    /// The program that wrote the table of contents.
    package struct Client: Hashable, Sendable, Codable {
        /// For instance `15.20 (Debian 15.20-0+deb12u1)`.
        package var pgDumpVersion: String

        package init(pgDumpVersion: String) {
            self.pgDumpVersion = pgDumpVersion
        }

        private enum CodingKeys: String, CodingKey {
            case pgDumpVersion = "pg_dump_version"
        }
    }

    /// A collation that something in the database names.
    package struct UsedCollation: Hashable, Sendable, Codable {
        /// Schema and name, quoted.
        package var name: ServerText
        /// `libc`, `icu` or `builtin`.
        package var provider: String
        package var locale: String?
        package var version: String?

        package init(name: ServerText, provider: String, locale: String? = nil, version: String? = nil) {
            self.name = name
            self.provider = provider
            self.locale = locale
            self.version = version
        }
    }

    /// An extension of the database.
    package struct Extension: Hashable, Sendable, Codable {
        package var name: ServerText
        package var version: String
        package var schema: ServerText

        package init(name: ServerText, version: String, schema: ServerText) {
            self.name = name
            self.version = version
            self.schema = schema
        }
    }
}
