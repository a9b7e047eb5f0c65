/// Whether a backup holds what belongs to the whole server and not to one database: roles with their memberships and
/// settings, tablespaces, privileges on parameters.
package enum GlobalsSetting: String, Sendable, CaseIterable {
    /// With the hashes of passwords, where the role may read `pg_authid`: superusers and members of `pg_read_all_data` may,
    /// but managed servers keep it from everybody.
    case all
    case withoutPasswords = "without-passwords"
    case none
}
