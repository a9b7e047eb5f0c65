/// What a run of a job of kind sql has done; without the values in its statements.
package struct SQLReport: Sendable, Equatable, Encodable {
    /// One statement that was done; in batches, all of them together.
    package struct Statement: Sendable, Equatable, Encodable {
        /// Where it stands, as `FILE:LINE`.
        package let place: String
        /// Its beginning, without literals.
        package let statement: String
        /// What the server calls it: `UPDATE`, `CREATE INDEX`.
        package let command: String
        /// Rows that it touched or returned; nil where it has none.
        package let rows: Int?
        package let seconds: Double
    }

    /// What becomes of the work of statements.
    package enum Effect: String, Sendable, Encodable {
        case committed
        /// Rolled back, or not begun.
        case undone
        /// The connection was lost while the server was to commit.
        case unknown
    }

    package let mode: String
    /// The first 200 of those that were done.
    package private(set) var statements: [Statement] = []
    package private(set) var statementsDone = 0
    /// Rows that all of them touched or returned.
    package private(set) var rows = 0
    /// Batches that were committed; nil in other modes.
    package internal(set) var batches: Int?
    /// What the batches were held up by; nil in other modes.
    package internal(set) var pauses: [ThrottlePause]?
    /// What has become of what was done.
    package internal(set) var effect = Effect.undone
    /// What the server warned of.
    package internal(set) var warnings: [String] = []
    package internal(set) var seconds = 0.0

    init(mode: String) {
        self.mode = mode
    }

    mutating func add(_ statement: Statement) {
        statementsDone += 1
        rows += statement.rows ?? 0
        if statements.count < 200 { statements.append(statement) }
    }
}
