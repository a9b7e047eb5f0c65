extension BackupID {
    /// The instant in the name: when the backup began.
    package var startedAt: CivilTime? {
        description.split(separator: "-").first.flatMap { CivilTime(compactText: String($0)) }
    }
}
