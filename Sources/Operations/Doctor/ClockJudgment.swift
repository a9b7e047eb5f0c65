import JobModel

/// Whether two clocks agree. Pure.
enum ClockJudgment {
    /// Less than this is told by nobody's schedule.
    static let tolerance = 5.0
    /// S3 refuses signatures that are 15 min off.
    static let limit = 300.0

    /// `there` is read between `before` and `after` by this machine's clock; all in seconds since 1970.
    static func finding(_ subject: String, there: Double, before: Double, after: Double) -> CheckFinding {
        // Anything within the question's own time may be the truth.
        let ahead = there > after ? there - after : there < before ? there - before : 0
        guard abs(ahead) > tolerance else { return .good(subject, "its clock and this machine's agree") }
        let message =
            "its clock is \(Quantities.seconds(abs(ahead))) \(ahead > 0 ? "ahead of" : "behind") this machine's"
        let advice = "Find out which is wrong, and let chrony or systemd-timesyncd keep both."
        guard abs(ahead) > limit else { return .warning(subject, message, advice: advice) }
        return CheckFinding(subject: subject, level: .fault(.configuration), message: message, advice: advice)
    }
}
