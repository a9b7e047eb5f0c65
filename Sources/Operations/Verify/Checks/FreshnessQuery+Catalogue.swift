import JobModel
import Postgres

/// The table and the column of a check, as the catalogue of a database knows them.
extension FreshnessQuery {
    /// Why the age of a table cannot be measured.
    struct Obstacle: Error, Equatable {
        let text: String
    }

    /// The name of the column is looked for as it is, and then as SQL folds it.
    static func lookUp(
        _ freshness: ContentCheck.Freshness, on session: Session
    ) async throws -> Result<FreshnessQuery, Obstacle> {
        let rows = try await session.query(
            columnSQL, [ServerText(freshness.table), ServerText(freshness.column)]
        ).rows
        guard let row = rows.first else { return .failure(Obstacle(text: "no table of this name in the backup")) }
        guard let column = try row.optionalText("column") else {
            return .failure(Obstacle(text: "no column of this name in the table"))
        }
        guard let type = ColumnType(rawValue: try row.string("type")) else {
            return .failure(Obstacle(text: "a column of type \(try row.string("type")), which tells no age"))
        }
        if type == .zoned, let zone = freshness.columnTimezone {
            return .failure(Obstacle(text: "a column that has a zone: leave out column_timezone = \"\(zone)\""))
        }
        return .success(
            FreshnessQuery(
                table: try row.text("table"), column: column, type: type, zone: freshness.columnTimezone))
    }

    private static let columnSQL: ServerText = """
        SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS "table",
               pg_catalog.quote_ident(a.attname) AS "column",
               pg_catalog.format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL) AS type
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           AND a.attname::text IN ($2::text, pg_catalog.lower($2::text))
          LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
         WHERE c.oid = pg_catalog.to_regclass($1::text)
         ORDER BY a.attname::text = $2::text DESC NULLS LAST
        """
}
