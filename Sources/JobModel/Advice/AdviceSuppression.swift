/// Findings that somebody has seen and accepts for a time.
package struct AdviceSuppression: Sendable, Equatable {
    package var id: AdviceID
    /// The finding's object, just as it is printed. Default: every object.
    package var object: String?
    /// The last day on which it holds, in UTC.
    package var until: CivilDate
    package var reason: String?

    package init(id: AdviceID, object: String? = nil, until: CivilDate, reason: String? = nil) {
        self.id = id
        self.object = object
        self.until = until
        self.reason = reason
    }

    /// Whether it holds for this finding on that day.
    package func covers(_ id: AdviceID, object: String, on day: CivilDate) -> Bool {
        id == self.id && (self.object == nil || self.object == object) && day <= until
    }
}
