package import JobModel

/// What is known of a database and its server at the time of a backup or restore: values to decide by and to record.
package struct ServerFacts: Hashable, Sendable {
    package var version: PostgresVersion
    /// For example 150020 for 15.20.
    package var versionNumber: Int
    /// `server_version` in full: `15.20 (Debian 15.20-0+deb12u1)`.
    package var versionText: String
    /// Names the cluster for its lifetime; nil where this role may not ask.
    package var systemIdentifier: String?
    package var database: ServerText
    package var databaseOID: UInt32
    package var currentUser: ServerText
    package var isSuperuser: Bool
    /// Whether row security lets this role see all rows: a superuser, or `BYPASSRLS`.
    package var bypassesRowSecurity: Bool
    package var isInRecovery: Bool
    package var locale: DatabaseLocale
    /// `lc_monetary` of this session.
    package var monetaryLocale: ServerText
    /// The database's `TimeZone` for this role.
    package var timeZone: ServerText
    package var hasDataChecksums: Bool
    package var blockSizeInBytes: Int
    package var deadlockTimeoutInMilliseconds: Int
    package var maximumLocksPerTransaction: Int
    package var maximumConnections: Int
    package var maximumPreparedTransactions: Int
    package var extensions: [ExtensionFacts]
    /// The roles that the database's objects, privileges and policies name, its owner and the bootstrap superuser; by
    /// name. Predefined roles (`pg_…`) are left out.
    package var roles: [RoleFacts]
    /// The tablespaces other than `pg_default` that hold the database or relations of it.
    package var tablespaces: [ServerText]
    /// The collations that columns, indexes and domains of users use, and those that users have made; without
    /// `default`, `C` and `POSIX`.
    package var collations: [CollationFacts]
    package var invalidIndexes: [RelationPart]
    /// Constraints that are not validated.
    package var unvalidatedConstraints: [RelationPart]

    /// The most locks that the server's shared table is made for, all sessions together.
    package var sharedLockCapacity: Int {
        maximumLocksPerTransaction * (maximumConnections + maximumPreparedTransactions)
    }
}

/// How a database encodes and sorts text.
package struct DatabaseLocale: Hashable, Sendable {
    /// Default: `libc`.
    package enum Provider: String, Sendable {
        case libc = "c"
        case icu = "i"
        case builtin = "b"
    }

    /// `UTF8`, `SQL_ASCII`, …
    package var encoding: ServerText
    package var provider: Provider
    package var collate: ServerText
    package var characterType: ServerText
    /// The locale of the providers `icu` and `builtin`.
    package var locale: ServerText?
    package var icuRules: ServerText?
    /// As recorded when the database was made; nil where the provider gives none.
    package var collationVersion: ServerText?

    package init(
        encoding: ServerText, provider: Provider = .libc, collate: ServerText, characterType: ServerText,
        locale: ServerText? = nil, icuRules: ServerText? = nil, collationVersion: ServerText? = nil
    ) {
        self.encoding = encoding
        self.provider = provider
        self.collate = collate
        self.characterType = characterType
        self.locale = locale
        self.icuRules = icuRules
        self.collationVersion = collationVersion
    }
}

/// An extension and its tables with rows of the user's.
package struct ExtensionFacts: Hashable, Sendable {
    package var name: ServerText
    package var version: ServerText
    package var schema: ServerText
    package var configurationTables: [ConfigurationTable]

    package struct ConfigurationTable: Hashable, Sendable {
        package var oid: UInt32
        package var schema: ServerText
        package var name: ServerText
        /// `WHERE …`, which tells the rows of the user; empty for all rows.
        package var condition: ServerText
    }
}

package struct RoleFacts: Hashable, Sendable {
    package var oid: UInt32
    package var name: ServerText
    package var isSuperuser: Bool

    /// The superuser that `initdb` made.
    package var isBootstrap: Bool { oid == 10 }
}

package struct CollationFacts: Hashable, Sendable {
    package var schema: ServerText
    package var name: ServerText
    /// `c` libc, `i` ICU, `b` built in, `d` the database's.
    package var provider: String
    package var collate: ServerText?
    package var characterType: ServerText?
    package var locale: ServerText?
    package var version: ServerText?
    package var isDeterministic: Bool
    /// Made by a user, so part of the dump; the others must be there before a restore.
    package var isUserDefined: Bool
}

/// An index or a constraint, and the table (or domain) that it belongs to.
package struct RelationPart: Hashable, Sendable {
    package var schema: ServerText
    package var relation: ServerText
    package var name: ServerText

    package init(schema: ServerText, relation: ServerText, name: ServerText) {
        self.schema = schema
        self.relation = relation
        self.name = name
    }
}
