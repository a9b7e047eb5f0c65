import CPQ

/// The libpq that this process uses.
package enum LibpqVersion {
    /// Source: PostgreSQL manual, 34.12 "Miscellaneous Functions", `PQlibVersion`.
    package static var current: PostgresVersion { PostgresVersion(number: Int(PQlibVersion())) }
}
