package import JobModel

/// What a restore would do, and what would keep it from doing so.
package struct RestorePlan: Sendable, Encodable {
    package struct Table: Sendable, Encodable {
        package let name: String
        package let rows: Int
        package let bytesRaw: Int
    }

    package struct Kind: Sendable, Encodable {
        /// pg_dump's word.
        package let kind: String
        package let count: Int
    }

    package struct Obstacle: Sendable, Encodable {
        package let message: String
        package let hint: String?
        package let category: FailureCategory
    }

    /// What the server lacks.
    package struct Missing: Sendable, Encodable {
        package var roles: [String] = []
        package var extensions: [String] = []
        package var collations: [String] = []
        package var tablespaces: [String] = []
    }

    package let backup: String
    package let url: String
    /// At the source.
    package let database: String
    /// `empty`, `part`, `new` or `replace`.
    package let form: String
    package let target: String
    /// The database that is filled in the end.
    package let targetDatabase: String
    /// In the order in which they are loaded.
    package internal(set) var tables: [Table] = []
    package internal(set) var rows = 0
    package internal(set) var bytesRaw = 0
    package internal(set) var largeObjects = 0
    /// What is made, by kind.
    package internal(set) var objects: [Kind] = []
    /// Made because the part needs it.
    package internal(set) var alongside: [String] = []
    /// Needed, and there already.
    package internal(set) var alreadyThere: [String] = []
    package internal(set) var leftOut: [RestoreReport.LeftOut] = []
    /// Statements of foreign keys that other tables of the target had.
    package internal(set) var lostForeignKeys: [String] = []
    package internal(set) var missing = Missing()
    /// In order, with the statements where there are any.
    package internal(set) var steps: [String] = []
    /// What is odd, and would be warned of.
    package internal(set) var notes: [String] = []
    /// What would keep it from being done; empty where nothing would.
    package internal(set) var obstacles: [Obstacle] = []
}
