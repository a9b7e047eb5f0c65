import Postgres

/// What the batches of one run have come to so far.
struct SQLBatchAccount {
    let statement: SQLStatement
    let place: String
    private(set) var batches = 0
    private(set) var rows = 0
    private var seconds = 0.0
    private var command = ""
    /// Since the last batch that went through.
    private var failures = 0

    init(statement: SQLStatement, place: String) {
        self.statement = statement
        self.place = place
    }

    /// At most three times in a row.
    mutating func mayTryAgain() -> Bool {
        failures += 1
        return failures <= 3
    }

    mutating func hasSucceeded() {
        failures = 0
    }

    /// Counts a batch that was committed. The last one, which finds nothing, is none.
    mutating func add(_ batch: ResultTable, seconds: Double) {
        let rows = batch.affectedRows ?? 0
        if rows > 0 { batches += 1 }
        self.rows += rows
        self.seconds += seconds
        command = String(batch.commandTag.prefix { $0 != " " })
    }

    /// `effect` is that of the last batch; those that are counted are committed.
    func report(mode: String, warnings: [String], effect: SQLReport.Effect) -> SQLReport {
        var report = SQLReport(mode: mode)
        report.batches = batches
        report.effect = effect
        report.warnings = warnings
        report.add(
            SQLReport.Statement(
                place: place, statement: statement.summary, command: command, rows: rows, seconds: seconds))
        return report
    }
}
