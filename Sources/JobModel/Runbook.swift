/// A page of `runbooks/`: what to do in an emergency, command by command.
package enum Runbook: String, Sendable, CaseIterable {
    case restoreADatabase = "restore-a-database"
    case restoreOneTable = "restore-one-table"
    case verificationFailed = "verification-failed"
    case backupFailed = "backup-failed"
    case noRecentBackup = "no-recent-backup"
    case storeFull = "store-full"
    case credentialsRotated = "credentials-rotated"
    case missedRuns = "missed-runs"
    case clockWrong = "clock-wrong"
    case replicaBehind = "replica-behind"
    case wraparoundNear = "wraparound-near"
    case diskFullByWAL = "disk-full-by-wal"
    case slowQueries = "slow-queries"
    case connectionsExhausted = "connections-exhausted"
    case pgbouncerInFront = "pgbouncer-in-front"
    case readReplicaAsSource = "read-replica-as-source"
    case movingToANewHost = "moving-to-a-new-host"
    case disasterRecovery = "disaster-recovery"

    /// Where it is in the project: `runbooks/backup-failed.md`.
    package var path: String { "runbooks/\(rawValue).md" }

    /// What to do where a job of such a kind (`backup`, `verify`, …) has failed; nil where there is no page for it.
    package static func ofTrouble(inJobsOfKind kind: String) -> Runbook? {
        switch kind {
        case "backup": .backupFailed
        case "verify": .verificationFailed
        default: nil
        }
    }
}
