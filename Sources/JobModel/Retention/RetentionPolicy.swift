/// How many backups are kept: of each rule's periods, the newest backup of each. A backup stays if any rule keeps it.
///
/// Periods are those of the job's time zone.
package struct RetentionPolicy: Sendable, Equatable {
    /// The newest ones, whatever their age.
    package var last = 0
    package var hourly = 0
    package var daily = 0
    /// By ISO 8601 weeks, which begin on Monday.
    package var weekly = 0
    package var monthly = 0
    package var yearly = 0
    /// All that are younger.
    package var within: Duration?

    package init() {}
}
