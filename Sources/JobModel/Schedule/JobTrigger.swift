/// What makes a job fire.
package enum JobTrigger: Sendable, Equatable {
    /// Nothing but a command.
    case none
    /// A cron expression, five fields or a nickname.
    case cron(CronExpression)
    /// Every so many seconds, counted from 1970-01-01 00:00 UTC, so that a restart changes nothing.
    case every(seconds: Int)
    /// After each run of another job that was started and succeeded.
    case after(String)
}
