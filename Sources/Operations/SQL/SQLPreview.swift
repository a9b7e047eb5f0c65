import JobModel

/// What a run of a job of kind sql would send, one statement after the other.
package struct SQLPreview: Sendable, Equatable, Encodable {
    package struct Statement: Sendable, Equatable, Encodable {
        /// Where it stands, as `FILE:LINE`.
        package let place: String
        package let sql: String
    }

    package let database: String
    package let mode: String
    package let readOnly: Bool
    package let statements: [Statement]
    package let check: String?

    init(_ job: SQLJob, _ script: SQLScript) {
        database = job.database
        mode = job.mode.rawValue
        readOnly = job.isReadOnly
        check = job.expectation.check
        statements = script.statements.map { Statement(place: job.source.place($0.line), sql: $0.text.text) }
    }
}

/// The same for the history, which keeps no values.
struct SQLPlanRecord: Encodable {
    struct Statement: Encodable {
        let place: String
        let statement: String
    }

    let mode: String
    let statements: [Statement]
    let statementsInAll: Int

    init(_ job: SQLJob, _ script: SQLScript) {
        mode = job.mode.rawValue
        statementsInAll = script.statements.count
        statements = script.statements.prefix(200).map {
            Statement(place: job.source.place($0.line), statement: $0.summary)
        }
    }
}
