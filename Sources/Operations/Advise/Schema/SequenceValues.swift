import JobModel
import Postgres

/// Asks for the values of sequences, some at a time: the server locks each until the statement ends, and its table of
/// locks is shared by everybody.
struct SequenceValues: Sendable {
    let session: Session

    static let sequencesOfAStatement = 500

    /// By object identifier. What has not been used yet, or may not be read, is not there.
    func values(of sequences: [UInt32]) async throws -> [UInt32: Int64] {
        var values: [UInt32: Int64] = [:]
        for start in stride(from: 0, to: sequences.count, by: Self.sequencesOfAStatement) {
            let batch = sequences[start..<min(start + Self.sequencesOfAStatement, sequences.count)]
            let list = batch.map(String.init).joined(separator: ",")
            for row in try await session.query(Self.query, [ServerText("{\(list)}")]).rows {
                if let value = try row.optionalInt64("value") { values[try row.oid("oid")] = value }
            }
        }
        return values
    }

    /// Those that are gone by now, or that this role may not read, are left out by the join and the condition.
    static let query: ServerText = """
        SELECT c.oid, CASE WHEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE')
            THEN pg_catalog.pg_sequence_last_value(c.oid) END AS value
        FROM pg_catalog.pg_class c
        WHERE c.oid = ANY ($1::pg_catalog.oid[]) AND c.relkind = 'S' AND c.relpersistence = 'p'
        """
}

/// A sequence and a column that it fills.
struct FilledColumn: Sendable, Equatable {
    var sequence: UInt32
    var sequenceName: String
    var table: String
    var column: String
    /// Of the column, as SQL names it.
    var type: String
    var increment: Int64
    var start: Int64
    /// The last value that fits into sequence and column alike, in the direction in which the sequence counts.
    var limit: Int64
    /// Whether an index of this integer column alone keeps its values unique, in a plain table without row security: then
    /// its ends can be asked for without reading more, and without running anybody's code.
    var isUniqueKey: Bool
    /// Whether this role may read the table.
    var isReadable: Bool
    /// Of the table, as far as anybody knows.
    var rows: Double

    /// Owned sequences, identity columns, and defaults that call nextval() on one that nobody owns.
    static func gather(_ session: Session) async throws -> [FilledColumn] {
        try await session.query(query).rows.map { row in
            FilledColumn(
                sequence: try row.oid("sequence"), sequenceName: try row.name("sequence_name"),
                table: try row.name("table"), column: try row.name("column"), type: try row.name("type"),
                increment: try row.int64("increment"), start: try row.int64("start"), limit: try row.int64("limit"),
                isUniqueKey: try row.bool("is_unique"), isReadable: try row.bool("is_readable"),
                rows: try row.double("rows"))
        }
    }

    static let query: ServerText = """
        WITH links AS MATERIALIZED (
          SELECT d.objid AS sequence, d.refobjid AS rel, d.refobjsubid AS att FROM pg_catalog.pg_depend d
          WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
            AND EXISTS (SELECT 1 FROM pg_catalog.pg_sequence q WHERE q.seqrelid = d.objid)
          UNION
          SELECT d.refobjid, ad.adrelid, ad.adnum FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_attrdef ad ON ad.oid = d.objid
          WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND EXISTS (SELECT 1 FROM pg_catalog.pg_sequence q WHERE q.seqrelid = d.refobjid)
        )
        SELECT l.sequence, l.sequence::pg_catalog.regclass::text AS sequence_name,
          l.rel::pg_catalog.regclass::text AS table, pg_catalog.quote_ident(a.attname) AS column,
          pg_catalog.format_type(a.atttypid, NULL) AS type, q.seqincrement AS increment, q.seqstart AS start,
          CASE WHEN q.seqincrement > 0
            THEN least(q.seqmax, CASE a.atttypid WHEN 21 THEN 32767 WHEN 23 THEN 2147483647 ELSE 9223372036854775807 END)
            ELSE greatest(q.seqmin, CASE a.atttypid WHEN 21 THEN -32768 WHEN 23 THEN -2147483648
              ELSE (-9223372036854775808)::int8 END) END AS limit,
          t.relkind = 'r' AND NOT t.relrowsecurity AND a.atttypid IN (20, 21, 23) AND EXISTS (
            SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = l.rel AND i.indisunique AND i.indisvalid
              AND i.indnkeyatts = 1 AND i.indpred IS NULL AND (i.indkey::int2[])[0] = a.attnum) AS is_unique,
          pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(t.oid, 'SELECT')
            AS is_readable,
          \(AdviceSQL.rows(of: "t")) AS rows
        FROM links l JOIN pg_catalog.pg_sequence q ON q.seqrelid = l.sequence
        JOIN pg_catalog.pg_attribute a ON a.attrelid = l.rel AND a.attnum = l.att
        JOIN pg_catalog.pg_class t ON t.oid = l.rel JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
        WHERE NOT q.seqcycle AND t.relkind IN ('r', 'p') AND t.relpersistence <> 't' AND \(AdviceSQL.isUsersSchema)
        """
}
