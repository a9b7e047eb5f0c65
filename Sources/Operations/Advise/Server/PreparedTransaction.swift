import JobModel
import Postgres

extension AdviceCheck {
    /// Prepared transactions that nobody has ended: they hold locks and dead rows, over restarts too.
    static func preparedTransaction(leastSeconds: Double = 900) -> AdviceCheck {
        AdviceCheck(
            .preparedTransaction, "forgotten prepared transactions",
            sql: { _ in PreparedTransaction.query(leastSeconds) },
            finding: { row, _ in try PreparedTransaction.finding(row) })
    }
}

enum PreparedTransaction {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let (name, seconds) = (try row.text("gid"), try row.double("seconds"))
        return Finding(
            .preparedTransaction, object: "prepared transaction \(name.text)",
            severity: seconds >= 86_400 ? .critical : .warning, confidence: .certain,
            summary:
                "was prepared \(Quantities.seconds(seconds)) ago, and holds its locks and dead rows until it is ended",
            evidence: [
                "seconds": .integer(Int(seconds)), "owner": .text(try row.name("owner")),
                "database": .text(try row.name("database")), "xid_age": .integer(try row.int("xid_age")),
            ],
            remedy: Remedy(
                ["ROLLBACK PREPARED \(name.quotedAsLiteral.text);"],
                advice:
                    "In \(try row.name("database")); COMMIT PREPARED in its place, where the transaction manager has "
                    + "committed the other parts.",
                lock: "None.", risk: "What it has done is lost."),
            caveat: "Its transaction manager may be about to end it.", measure: seconds)
    }

    static func query(_ leastSeconds: Double) -> ServerText {
        """
        SELECT gid, owner, database, pg_catalog.age(transaction) AS xid_age,
          pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - prepared) AS seconds
        FROM pg_catalog.pg_prepared_xacts
        WHERE pg_catalog.clock_timestamp() - prepared >= \(leastSeconds) * '1 second'::pg_catalog.interval
        """
    }
}
