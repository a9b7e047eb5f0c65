import Archive
import JobModel
import Postgres

extension ServerFacts {
    /// The encoding of names, SQL and rows in the archive: UTF-8, except for databases in SQL_ASCII, whose bytes nobody
    /// can convert.
    var archiveEncoding: ServerText {
        locale.encoding == "SQL_ASCII" ? "SQL_ASCII" : "UTF8"
    }

    var manifestServer: Manifest.Server {
        Manifest.Server(
            versionText: versionText, versionNumber: versionNumber, systemIdentifier: systemIdentifier ?? "",
            encoding: locale.encoding.text, collation: locale.manifestCollation, lcMonetary: monetaryLocale.text,
            timeZone: timeZone.text, bootstrapRole: roles.first(where: \.isBootstrap)?.name,
            dataChecksums: hasDataChecksums, blockSize: blockSizeInBytes)
    }

    var manifestExtensions: [Manifest.Extension] {
        extensions.map { Manifest.Extension(name: $0.name, version: $0.version.text, schema: $0.schema) }
    }

    var manifestCollations: [Manifest.UsedCollation] {
        collations.map { collation in
            Manifest.UsedCollation(
                name: SQLIdentifier(schema: collation.schema, name: collation.name).quoted,
                provider: DatabaseLocale.Provider(rawValue: collation.provider).map(\.manifestName)
                    ?? collation.provider,
                locale: (collation.locale ?? collation.collate)?.text, version: collation.version?.text)
        }
    }

    /// Quoted, with their schemas.
    var invalidIndexNames: [ServerText] {
        invalidIndexes.map { SQLIdentifier(schema: $0.schema, name: $0.name).quoted }
    }

    /// The quoted table, a space, and the quoted constraint.
    var unvalidatedConstraintNames: [ServerText] {
        unvalidatedConstraints.map {
            "\(SQLIdentifier(schema: $0.schema, name: $0.relation).quoted) \($0.name.quotedAsIdentifier)"
        }
    }
}

extension DatabaseLocale {
    var manifestCollation: Manifest.DatabaseCollation {
        Manifest.DatabaseCollation(
            provider: provider.manifestName, collate: collate.text, ctype: characterType.text, icuLocale: locale?.text,
            version: collationVersion?.text)
    }

    /// As a manifest records it.
    init(of manifest: Manifest) {
        let collation = manifest.server.collation
        self.init(
            encoding: ServerText(manifest.server.encoding),
            provider: Provider.allNames[collation.provider] ?? .libc, collate: ServerText(collation.collate),
            characterType: ServerText(collation.ctype), locale: collation.icuLocale.map { ServerText($0) },
            collationVersion: collation.version.map { ServerText($0) })
    }
}

extension DatabaseLocale.Provider {
    var manifestName: String {
        switch self {
        case .libc: "libc"
        case .icu: "icu"
        case .builtin: "builtin"
        }
    }

    fileprivate static let allNames: [String: Self] = ["libc": .libc, "icu": .icu, "builtin": .builtin]
}
