import Archive
import JobModel
import Postgres

/// What the checks that somebody asked for are made on.
struct CheckSubject: Sendable {
    /// Whom checks by SQL ask.
    enum Asked: Sendable {
        case database(RestoredDatabase)
        /// There is none, which fails each of them; the words say why.
        case missing(String)
    }

    let asked: Asked
    /// All that amcheck reads.
    let databases: [RestoredDatabase]
    /// What a session of a check has from the source.
    let sessionSettings: [ServerText]
    /// The instant that is shown; nil where nothing says it.
    let snapshot: CivilTime?
    /// What was measured of the restore.
    let restore: TimeBudget.Restore
}

extension CheckSubject {
    /// A backup that was restored into a scratch database.
    init(
        _ manifest: Manifest, _ contents: TableOfContents, in database: RestoredDatabase,
        seconds: VerificationReport.Seconds
    ) {
        self.init(
            asked: .database(database), databases: [database],
            sessionSettings: SourceSettings.statements(of: manifest, contents, forDatabase: database.name),
            snapshot: manifest.snapshot.takenAt, restore: .ofBackup(seconds))
    }
}
