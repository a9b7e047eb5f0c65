/// A cron expression that is not accepted: it cannot be read, tools differ about it, or it would never fire.
package struct CronError: UserFacingError, Equatable {
    /// The field that is wrong; nil where the expression as a whole is.
    package let field: CronField?
    package let message: String
    package let hint: String?
    package var category: FailureCategory { .usage }

    init(_ expression: String, field: CronField? = nil, _ problem: String, hint: String) {
        self.field = field
        let place = field.map { "the \($0.label) field of " } ?? ""
        message = "\(place)the cron expression \"\(expression)\" \(problem)"
        self.hint = hint
    }
}
