extension Manifest {
    /// What belongs to the whole server: roles, memberships, settings of roles, tablespaces, privileges on parameters.
    ///
    /// As `pg_dumpall --globals-only` writes it. Settings of the database itself are in the table of contents.
    package struct Globals: Hashable, Sendable, Codable {
        /// The name of the object: gzip of SQL for psql.
        package var file: String
        /// Whether the hashes of passwords are in it.
        package var passwordHashes: Bool

        package init(file: String, passwordHashes: Bool) {
            self.file = file
            self.passwordHashes = passwordHashes
        }

        private enum CodingKeys: String, CodingKey {
            case file
            case passwordHashes = "password_hashes"
        }

        /// The object's name.
        package static let objectName = "globals.sql.gz"
    }
}
