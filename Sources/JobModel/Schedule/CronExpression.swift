/// A cron expression.
package struct CronExpression: Sendable, Equatable {
    package let text: String
}
