/// The Debian packages that bring extensions. Sources: Debian 12's and apt.postgresql.org's lists of packages.
enum ExtensionPackages {
    /// The contrib modules that are in the server's own package.
    private static let contrib: Set<String> = [
        "adminpack", "amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dblink", "dict_int",
        "dict_xsyn", "earthdistance", "file_fdw", "fuzzystrmatch", "hstore", "insert_username", "intagg", "intarray",
        "isn", "lo", "ltree", "moddatetime", "old_snapshot", "pageinspect", "pg_buffercache", "pg_freespacemap",
        "pg_logicalinspect", "pg_prewarm", "pg_stat_statements", "pg_surgery", "pg_trgm", "pg_visibility",
        "pg_walinspect",
        "pgcrypto", "pgrowlocks", "pgstattuple", "postgres_fdw", "refint", "seg", "sslinfo", "tablefunc", "tcn",
        "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp", "xml2",
    ]

    /// What comes after `postgresql-MAJOR-`.
    private static let suffixes = [
        "postgis": "postgis-3", "postgis_raster": "postgis-3", "postgis_topology": "postgis-3",
        "postgis_sfcgal": "postgis-3",
        "postgis_tiger_geocoder": "postgis-3", "address_standardizer": "postgis-3",
        "pg_partman": "partman", "hypopg": "hypopg", "pg_repack": "repack", "vector": "pgvector", "pg_cron": "cron",
        "pgaudit": "pgaudit", "pgrouting": "pgrouting", "timescaledb": "timescaledb",
        "pg_stat_kcache": "pg-stat-kcache",
        "pg_qualstats": "pg-qualstats", "pg_hint_plan": "pg-hint-plan", "pglogical": "pglogical", "hll": "hll",
        "ip4r": "ip4r", "mysql_fdw": "mysql-fdw", "tds_fdw": "tds-fdw", "ogr_fdw": "ogr-fdw", "orafce": "orafce",
        "pgtap": "pgtap", "prefix": "prefix", "rum": "rum", "semver": "semver", "unit": "unit", "wal2json": "wal2json",
        "h3": "h3", "h3_postgis": "h3", "age": "age", "periods": "periods", "similarity": "similarity",
    ]

    /// `plpython3u` and the like.
    private static let languages = [
        "plpython3u": "plpython3", "plperl": "plperl", "plperlu": "plperl", "pltcl": "pltcl",
    ]

    /// The package of an extension for a server of this major version; nil where it is not known here.
    static func package(of name: String, major: Int) -> String? {
        if contrib.contains(name) { return "postgresql-\(major)" }
        if let language = languages[name] { return "postgresql-\(language)-\(major)" }
        return suffixes[name].map { "postgresql-\(major)-\($0)" }
    }

    /// What installs these extensions, as a sentence.
    static func advice(for names: [String], major: Int) -> String {
        let packages = Set(names.compactMap { package(of: $0, major: major) }).sorted()
        let unknown = names.filter { package(of: $0, major: major) == nil }
        var sentences: [String] = []
        if !packages.isEmpty {
            sentences.append(
                "Install them on the server; on Debian: apt-get install \(packages.joined(separator: " ")).")
        }
        if !unknown.isEmpty {
            sentences.append(
                "Install the package of \(unknown.joined(separator: ", ")) on the server, for PostgreSQL \(major) "
                    + "(apt-cache search postgresql-\(major)).")
        }
        return sentences.joined(separator: " ")
    }
}
