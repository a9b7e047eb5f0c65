/// What a job of kind `maintain` does: VACUUM, ANALYZE and REINDEX where they are needed.
package struct MaintainJob: Sendable, Equatable {
    /// Which tables are vacuumed, or analyzed.
    package enum Scope: String, Sendable, CaseIterable {
        case needed
        case all
        case off
    }

    /// Which indexes are rebuilt.
    package enum Reindex: String, Sendable, CaseIterable {
        case bloated
        case off
    }

    package var database: String
    package var vacuum = Scope.needed
    package var analyze = Scope.needed
    package var reindex = Reindex.off

    package init(database: String) {
        self.database = database
    }
}
