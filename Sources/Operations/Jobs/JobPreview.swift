/// What one run of a job would do, of whichever kind: decided as the run itself decides, and not begun.
package enum JobPreview: Sendable {
    /// One for each database.
    case backup([BackupPreview])
    /// One for each database.
    case verify([VerifyPreview])
    /// One for each job whose retention would be applied.
    case prune([PruneReport])
    case sql(SQLPreview)
    case maintain(MaintainPreview)
    case clean(CleanPlan)
    /// The checks that would be made.
    case advise([AdviceCheck])
}
