/// What a job does.
package enum JobKind: Sendable, Equatable {
    case backup(BackupJob)
    case verify(VerifyJob)
    case prune(PruneJob)
    case maintain(MaintainJob)
    case clean(CleanJob)
    case advise(AdviseJob)
    case sql(SQLJob)

    /// As the job file writes it.
    package var name: String {
        switch self {
        case .backup: "backup"
        case .verify: "verify"
        case .prune: "prune"
        case .maintain: "maintain"
        case .clean: "clean"
        case .advise: "advise"
        case .sql: "sql"
        }
    }

    /// The name of the database that the job works on; nil for what works on backups.
    package var database: String? {
        switch self {
        case .backup(let job): job.database
        case .verify, .prune: nil
        case .maintain(let job): job.database
        case .clean(let job): job.database
        case .advise(let job): job.database
        case .sql(let job): job.database
        }
    }
}
