import JobModel

/// What a job file says of a cron expression that cannot be used.
enum CronComplaint {
    static func text(of error: CronError, in expression: String) -> String {
        "\"schedule\": \(error.message)" + (error.hint.map { " (\($0))" } ?? "")
    }
}
