package import JobModel
package import Postgres

/// Which rows go: those older than a cutoff for which a condition holds.
package struct CleanRows: Sendable, Equatable {
    /// The table as conditions may name it: the table itself, also for rows of its partitions.
    package var table: SQLIdentifier
    /// As SQL writes it, quoted.
    package var column: ServerText
    package var columnType: ServerText
    /// In the column's type, the same for the whole run.
    package var cutoff: ServerText
    package var condition: CleanCondition?

    /// `AS "sessions"`, so that a condition may say `sessions.read` whatever the partition is called.
    var alias: ServerText { table.name.quotedAsIdentifier }

    /// That a row is old enough.
    var age: ServerText { "\(alias).\(column) < \(cutoff.quotedAsLiteral)::\(columnType)" }

    /// What stands behind WHERE, names qualified by the alias where they are ours. The age stands on both sides of the
    /// condition, so that it holds even for one that would end its parenthesis.
    var predicate: ServerText {
        guard let condition else { return age }
        return "\(age) AND (\n\(condition.text)\n) AND \(age)"
    }

    /// `FROM` what: a leaf's own rows, or those of the whole table.
    func source(_ leaf: SQLIdentifier?) -> ServerText {
        guard let leaf else { return "\(table.quoted) AS \(alias)" }
        return "ONLY \(leaf.quoted) AS \(alias)"
    }

    /// How many rows there are to go.
    var count: ServerText { "SELECT count(*) AS rows FROM \(source(nil)) WHERE \(predicate)" }

    /// How many rows stay, counted up to a limit.
    func countStaying(upTo limit: Int64) -> ServerText {
        """
        SELECT count(*) AS rows FROM (
          SELECT FROM \(source(nil)) WHERE (\(predicate)) IS NOT TRUE LIMIT \(limit)) AS staying
        """
    }
}
