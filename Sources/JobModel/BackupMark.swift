/// What can be said of a backup after it was made: small objects beside it, `<backup id>.marks/<mark>`, which never
/// touch the backup itself.
package enum BackupMark: String, Sendable, CaseIterable {
    /// Retention never deletes it.
    case pinned
    /// It counts although it is smaller than those before it.
    case accepted
    /// What it was held against when it was first looked at, as JSON; see ``BackupWeight``.
    case weighed
    /// Retention has begun to delete it; whoever comes next finishes that.
    case deleting
}
