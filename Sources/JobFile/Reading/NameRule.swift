import JobModel

/// Which names jobs, databases, stores and notifiers may have.
///
/// A job's name becomes a folder of every store, a lock's name and a word of commands (`nightly@latest`), so it is kept
/// to what none of them has to escape.
enum NameRule {
    /// Nil for a good name.
    static func complaint(about name: String) -> String? {
        if BackupID(name) != nil { return "\"\(name)\" is the name of a backup, and cannot be another's" }
        guard name.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}/) == nil else { return nil }
        return "\"\(name)\" is not a name: use up to 100 letters a-z, digits, _ - and . (not first)"
    }
}
