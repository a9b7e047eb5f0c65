package import JobModel

/// What a check found about one object: a claim, what it rests on, and what to do about it.
package struct Finding: Sendable, Equatable, Codable {
    package var id: AdviceID
    /// What it is about, as SQL names it; `server` or `database` for the whole of it. With ``id`` it names the finding.
    package var object: String
    package var severity: AdviceSeverity
    package var confidence: AdviceConfidence
    /// What is wrong: lower case, without a full stop.
    package var summary: String
    /// What the claim rests on, by names that end in their unit.
    package var evidence: [String: EvidenceValue]
    package var remedy: Remedy
    /// Why the claim, or the remedy, may be wrong here: a sentence.
    package var caveat: String
    /// A table of the job file that would take care of it.
    package var jobFile: String?
    /// How bad it is, in whatever unit the check measures by, to sort by: more is worse. Default: 0.
    package var measure: Double
    /// When a run first found it. Nil where runs are not remembered.
    package var firstSeen: CivilTime?

    package init(
        _ id: AdviceID, object: String, severity: AdviceSeverity, confidence: AdviceConfidence, summary: String,
        evidence: [String: EvidenceValue], remedy: Remedy, caveat: String, jobFile: String? = nil, measure: Double = 0
    ) {
        self.id = id
        self.object = object
        self.severity = severity
        self.confidence = confidence
        self.summary = summary
        self.evidence = evidence
        self.remedy = remedy
        self.caveat = caveat
        self.jobFile = jobFile
        self.measure = measure
    }

    /// What a run remembers a finding by.
    var key: String { "\(id.rawValue) \(object)" }
}

/// What a claim rests on.
package enum AdviceConfidence: String, Sendable, Codable {
    /// The catalogue says so.
    case certain
    /// Counted or measured, by the server or by us.
    case measured
    /// Compared with what an earlier run measured.
    case baseline
    /// Computed from statistics, which may be old or wrong.
    case estimated
}

/// What to do about a finding.
package struct Remedy: Sendable, Equatable, Codable {
    /// What to do, as a sentence, where statements alone do not say it.
    package var advice: String?
    /// Statements to read, understand and run, each with its semicolon.
    package var statements: [String]
    /// What they lock and what waits for it meanwhile: a sentence.
    package var lock: String
    /// What may go wrong with them: a sentence.
    package var risk: String

    package init(_ statements: [String], advice: String? = nil, lock: String, risk: String) {
        self.advice = advice
        self.statements = statements
        self.lock = lock
        self.risk = risk
    }
}
