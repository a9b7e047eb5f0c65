/// What a job of kind `advise` does: looks for what is wrong or soon will be, and changes nothing.
package struct AdviseJob: Sendable, Equatable {
    package var database: String

    package init(database: String) {
        self.database = database
    }
}
