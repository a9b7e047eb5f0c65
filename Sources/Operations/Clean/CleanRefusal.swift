package import JobModel

/// What a run will not do unless it is forced to.
package struct CleanRefusal: Sendable, Equatable, Encodable {
    package let risk: CleanJob.Risk
    /// What was found, without a full stop.
    package let message: String
    /// What to do, in sentences; SQL stands as it is run.
    package let advice: String

    init(_ risk: CleanJob.Risk, _ message: String, remedy: String) {
        self.risk = risk
        self.message = message
        advice = "\(remedy) Or say that it may be: force = [\"\(risk.rawValue)\"], --force \(risk.rawValue)."
    }
}
