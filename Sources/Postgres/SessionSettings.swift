package import JobModel

/// The settings of our sessions, as statements to run one by one when a session begins.
///
/// What pg_dump sets, we set (pg_dump.c, `setup_connection`), so that our COPY text is its text; and beyond it what
/// else changes COPY text, so that the rows of two databases can be compared byte by byte.
package enum SessionSettings {
    /// For a session that only waits: no limit of role, database or server may end it.
    package static let lasting: [ServerText] = [
        "SET statement_timeout = 0",
        "SET lock_timeout = 0",
        """
        SELECT pg_catalog.set_config(name, '0', false)
        FROM pg_catalog.pg_settings WHERE name = 'idle_session_timeout'
        """,
    ]

    /// For reading rows out of a server of this version.
    ///
    /// `lc_monetary` is left alone: stock pg_restore loads `money` under the target's own.
    package static func dumping(serverVersionNumber version: Int, clientEncoding: ServerText) -> [ServerText] {
        common(version, clientEncoding) + [
            "SET extra_float_digits = 3",
            "SET synchronize_seqscans = off",
            "SET bytea_output = hex",
            "SET quote_all_identifiers = off",
            "SET max_parallel_workers_per_gather = 0",
            "SET enable_tidscan = on",
            // A view's or foreign table's functions must not run in our name: a setting of the newer minor releases.
            """
            SELECT pg_catalog.set_config(name, 'view, foreign-table', false)
            FROM pg_catalog.pg_settings WHERE name = 'restrict_nonsystem_relation_kind'
            """,
        ]
    }

    /// For reading rows that are compared with those of another database.
    ///
    /// `monetaryLocale` is the other's `lc_monetary`; nil leaves this database's.
    package static func comparing(
        serverVersionNumber version: Int, clientEncoding: ServerText, monetaryLocale: ServerText?
    ) -> [ServerText] {
        dumping(serverVersionNumber: version, clientEncoding: clientEncoding) + monetary(monetaryLocale)
    }

    /// For loading rows into a server of this version, whatever its database's and role's own settings are.
    ///
    /// `monetaryLocale` is the source's `lc_monetary`, in which its `money` is written.
    package static func loading(
        serverVersionNumber version: Int, clientEncoding: ServerText, monetaryLocale: ServerText?
    ) -> [ServerText] {
        ["SET default_transaction_read_only = off"] + common(version, clientEncoding) + [
            "SET array_nulls = on",
            "SET xmloption = content",
        ] + monetary(monetaryLocale)
    }

    /// What keeps a database's or role's own limits from ending our work: to be run before anything else.
    package static func withoutTimeLimits(serverVersionNumber version: Int) -> [ServerText] {
        var statements: [ServerText] = [
            "SET statement_timeout = 0",
            "SET lock_timeout = 0",
            "SET idle_in_transaction_session_timeout = 0",
        ]
        if version >= 140_000 { statements.append("SET idle_session_timeout = 0") }
        if version >= 170_000 { statements.append("SET transaction_timeout = 0") }
        return statements
    }

    private static func common(_ version: Int, _ clientEncoding: ServerText) -> [ServerText] {
        withoutTimeLimits(serverVersionNumber: version) + [
            // A hot standby cannot do it serializably.
            "SET default_transaction_isolation = 'read committed'",
            "SET default_transaction_deferrable = off",
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "SET client_encoding = \(clientEncoding.quotedAsLiteral)",
            "SET DateStyle = ISO",
            "SET IntervalStyle = postgres",
            "SET TimeZone = 'UTC'",
            "SET row_security = off",
        ]
    }

    private static func monetary(_ locale: ServerText?) -> [ServerText] {
        locale.map { ["SET lc_monetary = \($0.quotedAsLiteral)"] } ?? []
    }
}
