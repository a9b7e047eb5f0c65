import JobModel

extension ServerFacts {
    /// Reads the facts of the session's database. Works with any privileges and any `search_path`, on 14 and newer.
    package nonisolated(nonsending) static func gather(_ session: Session) async throws -> ServerFacts {
        let version = session.server.versionNumber
        let row = try await session.query(mainQuery(version)).onlyRow()
        return ServerFacts(
            version: PostgresVersion(number: version),
            versionNumber: version,
            versionText: try row.string("version_text"),
            systemIdentifier: try await systemIdentifier(session, isPermitted: row.bool("may_see_identifier")),
            database: try row.text("database"),
            databaseOID: try row.oid("database_oid"),
            currentUser: try row.text("current_user_name"),
            isSuperuser: try row.bool("is_superuser"),
            bypassesRowSecurity: try row.bool("bypasses_row_security"),
            isInRecovery: try row.bool("is_in_recovery"),
            locale: try locale(row),
            monetaryLocale: try row.text("lc_monetary"),
            timeZone: try row.text("time_zone"),
            hasDataChecksums: try row.bool("data_checksums"), blockSizeInBytes: try row.int("block_size"),
            deadlockTimeoutInMilliseconds: try row.int("deadlock_timeout"),
            maximumLocksPerTransaction: try row.int("max_locks_per_transaction"),
            maximumConnections: try row.int("max_connections"),
            maximumPreparedTransactions: try row.int("max_prepared_transactions"),
            extensions: try await extensions(session),
            roles: try await roles(session),
            tablespaces: try await session.query(tablespaceQuery).rows.map { try $0.text("name") },
            collations: try await collations(session, version),
            invalidIndexes: try await parts(session, invalidIndexQuery),
            unvalidatedConstraints: try await parts(session, unvalidatedConstraintQuery))
    }

    private nonisolated(nonsending) static func systemIdentifier(
        _ session: Session, isPermitted: Bool
    ) async throws -> String? {
        guard isPermitted else { return nil }
        let sql: ServerText = "SELECT system_identifier FROM pg_catalog.pg_control_system()"
        return try await session.query(sql).onlyRow().string("system_identifier")
    }

    private static func locale(_ row: ResultTable.Row) throws -> DatabaseLocale {
        let letter = try row.string("provider")
        guard let provider = DatabaseLocale.Provider(rawValue: letter) else {
            throw PostgresError.unexpectedResult("the locale provider \"\(letter)\" is not known")
        }
        return DatabaseLocale(
            encoding: try row.text("encoding"), provider: provider, collate: try row.text("collate"),
            characterType: try row.text("ctype"), locale: try row.optionalText("locale"),
            icuRules: try row.optionalText("icu_rules"), collationVersion: try row.optionalText("collation_version"))
    }

    private nonisolated(nonsending) static func extensions(_ session: Session) async throws -> [ExtensionFacts] {
        var tables: [UInt32: [ExtensionFacts.ConfigurationTable]] = [:]
        for row in try await session.query(configurationTableQuery).rows {
            tables[try row.oid("extension"), default: []].append(
                ExtensionFacts.ConfigurationTable(
                    oid: try row.oid("oid"), schema: try row.text("schema"), name: try row.text("name"),
                    condition: try row.text("condition")))
        }
        return try await session.query(extensionQuery).rows.map { row in
            ExtensionFacts(
                name: try row.text("name"), version: try row.text("version"), schema: try row.text("schema"),
                configurationTables: tables[try row.oid("oid")] ?? [])
        }
    }

    private nonisolated(nonsending) static func roles(_ session: Session) async throws -> [RoleFacts] {
        try await session.query(roleQuery).rows.map { row in
            RoleFacts(
                oid: try row.oid("oid"), name: try row.text("name"), isSuperuser: try row.bool("is_superuser"))
        }
    }

    private nonisolated(nonsending) static func collations(
        _ session: Session, _ version: Int
    ) async throws -> [CollationFacts] {
        try await session.query(collationQuery(version)).rows.map { row in
            CollationFacts(
                schema: try row.text("schema"), name: try row.text("name"), provider: try row.string("provider"),
                collate: try row.optionalText("collate"), characterType: try row.optionalText("ctype"),
                locale: try row.optionalText("locale"), version: try row.optionalText("version"),
                isDeterministic: try row.bool("is_deterministic"), isUserDefined: try row.bool("is_user_defined"))
        }
    }

    private nonisolated(nonsending) static func parts(
        _ session: Session, _ sql: ServerText
    ) async throws -> [RelationPart] {
        try await session.query(sql).rows.map { row in
            RelationPart(
                schema: try row.text("schema"), relation: try row.text("relation"), name: try row.text("name"))
        }
    }
}
