/// What a job of kind `advise` does: looks for what is wrong or soon will be, and changes nothing.
package struct AdviseJob: Sendable, Equatable {
    package var database: String
    /// The checks to make. Default: all.
    package var only: [AdviceID] = []
    /// The run fails when there is a finding as severe as this, or more. Default: none, it never does.
    package var failOn: AdviceSeverity?
    /// Findings that are accepted for a time.
    package var suppressions: [AdviceSuppression] = []

    package init(database: String) {
        self.database = database
    }
}
