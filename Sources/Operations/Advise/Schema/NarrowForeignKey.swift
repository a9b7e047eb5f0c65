import JobModel
import Postgres

extension AdviceCheck {
    /// A column that refers to a wider integer: one day the key does not fit into it.
    static let narrowForeignKey = AdviceCheck(
        .narrowForeignKey, "foreign keys narrower than the key they refer to"
    ) { probe in
        let rows = try await probe.rows(NarrowForeignKey.query)
        let sequences = try rows.compactMap { try $0.optionalOID("sequence") }
        let values = try await SequenceValues(session: probe.session).values(of: sequences)
        return try rows.map { row in
            try NarrowForeignKey.finding(row, value: try row.optionalOID("sequence").flatMap { values[$0] })
        }
    }
}

private enum NarrowForeignKey {
    static func finding(_ row: ResultTable.Row, value: Int64?) throws -> Finding {
        let table = try row.name("table")
        let column = try row.name("column")
        let limit = try row.int("limit")
        let used = value.map { Double($0) / Double(limit) } ?? 0
        let type = try row.name("key_type")
        return Finding(
            .narrowForeignKey, object: "\(table).\(column)",
            severity: used >= 0.8 ? .critical : used >= 0.5 ? .warning : .notice, confidence: .certain,
            summary: "is \(try row.name("type")), but \(try row.name("key")), which it refers to, is \(type)",
            evidence: [
                "key": .text(try row.name("key")), "last_possible_value": .integer(limit),
                "last_value_of_key": value.map { .integer(Int($0)) } ?? .text("unknown"),
            ],
            remedy: Remedy(
                ["ALTER TABLE \(table) ALTER COLUMN \(column) TYPE \(type);"],
                advice: "On a large table add a column of that type beside it, fill it in batches, and swap the two.",
                lock: "ACCESS EXCLUSIVE on \(table) while the whole table and its indexes are written anew.",
                risk: "Nobody reads or writes the table until it is done, and it needs its size again on disk."),
            caveat: "Where the other table will never have so many rows it is only untidy.", measure: used)
    }

    static let query: ServerText = """
        SELECT c.conrelid::pg_catalog.regclass::text AS table, pg_catalog.quote_ident(a.attname) AS column,
          pg_catalog.format_type(a.atttypid, NULL) AS type, pg_catalog.format_type(ka.atttypid, NULL) AS key_type,
          c.confrelid::pg_catalog.regclass::text || '.' || pg_catalog.quote_ident(ka.attname) AS key,
          CASE a.atttypid WHEN 21 THEN 32767 ELSE 2147483647 END AS limit,
          (SELECT min(d.objid) FROM pg_catalog.pg_depend d
           WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
             AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = c.confrelid
             AND d.refobjsubid = ka.attnum AND d.deptype IN ('a', 'i')
             AND EXISTS (SELECT 1 FROM pg_catalog.pg_sequence q WHERE q.seqrelid = d.objid)) AS sequence
        FROM pg_catalog.pg_constraint c
        CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey)) u(attribute, key_attribute)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = u.attribute
        JOIN pg_catalog.pg_attribute ka ON ka.attrelid = c.confrelid AND ka.attnum = u.key_attribute
        WHERE c.contype = 'f' AND c.conparentid = 0
          AND (a.atttypid = 21 AND ka.atttypid IN (20, 23) OR a.atttypid = 23 AND ka.atttypid = 20)
        """
}
