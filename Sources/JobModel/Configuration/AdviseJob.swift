/// What a job of kind `advise` does: looks for what is wrong or soon will be, and changes nothing.
package struct AdviseJob: Sendable, Equatable {
    package var database: String
    /// The checks to make. Default: all.
    package var only: [AdviceID] = []
    /// The run fails when there is a finding as severe as this, or more. Default: none, it never does.
    package var failOn: AdviceSeverity?
    /// The admin console of a PgBouncer before the server: a libpq URL or conninfo, without a password. Default: none.
    package var pgbouncerURL: String?
    /// Of whoever ``pgbouncerURL`` names. Default: libpq's own ways.
    package var pgbouncerPassword: SecretReference?
    /// Findings that are accepted for a time.
    package var suppressions: [AdviceSuppression] = []

    package init(database: String) {
        self.database = database
    }
}
