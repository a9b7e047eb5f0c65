import JobModel

extension ServerFacts {
    /// Columns that came with later versions read as what earlier ones had.
    static func mainQuery(_ version: Int) -> ServerText {
        let provider = version >= 150_000 ? "d.datlocprovider" : "'c'"
        let locale = version >= 170_000 ? "d.datlocale" : version >= 150_000 ? "d.daticulocale" : "NULL"
        let rules = version >= 160_000 ? "d.daticurules" : "NULL"
        let collationVersion = version >= 150_000 ? "d.datcollversion" : "NULL"
        return """
            SELECT pg_catalog.current_setting('server_version') AS version_text,
                pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_see_identifier,
                d.datname AS database, d.oid AS database_oid, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding,
                \(provider) AS provider, d.datcollate AS collate, d.datctype AS ctype, \(locale) AS locale,
                \(rules) AS icu_rules, \(collationVersion) AS collation_version,
                CURRENT_USER AS current_user_name, r.rolsuper AS is_superuser,
                r.rolsuper OR r.rolbypassrls AS bypasses_row_security,
                pg_catalog.pg_is_in_recovery() AS is_in_recovery,
                pg_catalog.current_setting('lc_monetary') AS lc_monetary,
                (SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'TimeZone') AS time_zone,
                pg_catalog.current_setting('data_checksums')::pg_catalog.bool AS data_checksums,
                \(setting("block_size")), \(setting("deadlock_timeout")), \(setting("max_locks_per_transaction")),
                \(setting("max_connections")), \(setting("max_prepared_transactions"))
            FROM pg_catalog.pg_database d, pg_catalog.pg_roles r
            WHERE d.datname = pg_catalog.current_database() AND r.rolname = CURRENT_USER
            """
    }

    /// In the setting's own unit, unlike `current_setting`.
    private static func setting(_ name: String) -> String {
        "(SELECT setting FROM pg_catalog.pg_settings WHERE name = '\(name)') AS \(name)"
    }

    static let extensionQuery: ServerText = """
        SELECT e.oid, e.extname AS name, e.extversion AS version, n.nspname AS schema
        FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
        ORDER BY e.extname
        """

    static let configurationTableQuery: ServerText = """
        SELECT e.oid AS extension, c.oid, n.nspname AS schema, c.relname AS name,
            coalesce(t.condition, '') AS condition
        FROM pg_catalog.pg_extension e
            CROSS JOIN LATERAL unnest(e.extconfig, e.extcondition)
                AS t(table_oid, condition)
            JOIN pg_catalog.pg_class c ON c.oid = t.table_oid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        ORDER BY e.extname, n.nspname, c.relname
        """

    /// What this database's objects depend on, what the database itself does, its owner, and the bootstrap role,
    /// which no dependency names.
    static let roleQuery: ServerText = """
        SELECT r.oid, r.rolname AS name, r.rolsuper AS is_superuser
        FROM pg_catalog.pg_roles r, pg_catalog.pg_database d
        WHERE d.datname = pg_catalog.current_database()
            AND (r.oid = 10 OR r.oid = d.datdba OR r.oid IN (
                SELECT s.refobjid FROM pg_catalog.pg_shdepend s
                WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
                    AND (s.dbid = d.oid
                        OR s.classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND s.objid = d.oid)))
            AND (r.oid = 10 OR r.rolname !~ '^pg_')
        ORDER BY r.rolname
        """

    static let tablespaceQuery: ServerText = """
        SELECT t.spcname AS name FROM pg_catalog.pg_tablespace t
        WHERE t.spcname NOT IN ('pg_default', 'pg_global') AND t.oid IN (
            SELECT c.reltablespace FROM pg_catalog.pg_class c
            UNION ALL
            SELECT d.dattablespace FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
        ORDER BY t.spcname
        """

    static func collationQuery(_ version: Int) -> ServerText {
        let locale = version >= 170_000 ? "c.colllocale" : version >= 150_000 ? "c.colliculocale" : "NULL"
        return """
            SELECT n.nspname AS schema, c.collname AS name, c.collprovider AS provider, c.collcollate AS collate,
                c.collctype AS ctype, \(locale) AS locale, c.collversion AS version,
                c.collisdeterministic AS is_deterministic, c.oid >= 16384 AS is_user_defined
            FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
            WHERE c.oid NOT IN (0, 100, 950, 951)
                AND n.nspname <> 'information_schema'
                AND (c.oid >= 16384 AND n.nspname <> 'pg_catalog' OR c.oid IN (
                    SELECT a.attcollation FROM pg_catalog.pg_attribute a WHERE a.attrelid >= 16384
                    UNION ALL
                    SELECT t.typcollation FROM pg_catalog.pg_type t WHERE t.oid >= 16384
                    UNION ALL
                    SELECT u.collation_oid FROM pg_catalog.pg_index i
                        CROSS JOIN LATERAL pg_catalog.unnest(i.indcollation::pg_catalog.oid[]) AS u(collation_oid)
                    WHERE i.indexrelid >= 16384))
            ORDER BY n.nspname, c.collname
            """
    }

    static let invalidIndexQuery: ServerText = """
        SELECT n.nspname AS schema, t.relname AS relation, c.relname AS name
        FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT i.indisvalid AND n.nspname !~ '^pg_(toast|temp)'
        ORDER BY n.nspname, t.relname, c.relname
        """

    static let unvalidatedConstraintQuery: ServerText = """
        SELECT n.nspname AS schema, coalesce(t.relname, d.typname, '') AS relation, c.conname AS name
        FROM pg_catalog.pg_constraint c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
            LEFT JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
            LEFT JOIN pg_catalog.pg_type d ON d.oid = c.contypid
        WHERE NOT c.convalidated
        ORDER BY n.nspname, 2, c.conname
        """
}
