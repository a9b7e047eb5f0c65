import JobModel
import Postgres
import Testing

@testable import Operations

@Suite struct `the statements of a clean-up` {
    private func statements(_ condition: String? = nil) throws -> CleanStatements {
        let rows = CleanRows(
            table: SQLIdentifier(schema: "app", name: "it's"), column: "\"at\"", columnType: "date",
            cutoff: "2026-01-01", condition: try condition.map { try CleanCondition(parsing: $0) })
        return CleanStatements(rows: rows, leaf: SQLIdentifier(schema: "app", name: "leaf"))
    }

    private let index = CleanFacts.Index(
        name: "i", isBTree: true, isPartial: false,
        keys: [
            CleanFacts.Index.Key(column: "at", type: "date"), CleanFacts.Index.Key(column: "na\"me", type: "text"),
        ], hasNullsFirst: true)

    @Test func `go on at the keys of the last row`() throws {
        let sql = try statements().batch(along: index, from: ["2025-01-01", "o'x\\"], limit: 7)
        let expected = #"""
            WITH doomed AS MATERIALIZED (
              SELECT "it's".ctid AS place, "it's"."at" AS key_0, "it's"."na""me" AS key_1
                FROM ONLY "app"."leaf" AS "it's"
               WHERE "it's"."at" < '2026-01-01'::date AND ("it's"."at", "it's"."na""me") >= ('2025-01-01'::date, E'o''x\\'::text)
               ORDER BY "it's"."at" NULLS FIRST, "it's"."na""me" LIMIT 7 FOR UPDATE SKIP LOCKED
            ), gone AS (
              DELETE FROM ONLY "app"."leaf" AS "it's" WHERE "it's".ctid = ANY (ARRAY(SELECT place FROM doomed)) RETURNING 1
            )
            SELECT (SELECT count(*) FROM gone) AS deleted, (SELECT count(*) FROM doomed) AS picked, (SELECT count(*) FROM doomed) AS seen, last.key_0::text AS key_0, last.key_1::text AS key_1
              FROM (SELECT 1) AS one LEFT JOIN (
                   SELECT key_0, key_1 FROM doomed
                    ORDER BY key_0 DESC, key_1 DESC LIMIT 1) AS last ON true
            """#
        #expect(sql.text == expected)
    }

    @Test func `look at so many rows where a condition may keep them, but not along an index that knows it`() throws {
        let statements = try statements("a = 1 OR b")
        let sql = statements.batch(along: index, from: nil, limit: 7).text
        #expect(
            sql.contains(
                #"""
                , ("it's"."at" < '2026-01-01'::date AND (
                a = 1 OR b
                ) AND "it's"."at" < '2026-01-01'::date) AS is_doomed
                    FROM ONLY "app"."leaf" AS "it's"
                   WHERE "it's"."at" < '2026-01-01'::date
                   ORDER BY
                """#))
        #expect(sql.contains("LIMIT 7\n") && sql.contains("(SELECT count(*) FROM seen) AS seen"))
        var partial = index
        partial.isPartial = true
        #expect(statements.batch(along: partial, from: nil, limit: 7).text.contains("LIMIT 7 FOR UPDATE SKIP LOCKED"))
    }

    @Test func `take some blocks at a time`() throws {
        let sql = try statements().batch(inBlocks: 64..<128).text
        #expect(sql.contains(#""it's".ctid >= '(64,0)'::tid AND "it's".ctid < '(128,0)'::tid"#))
        #expect(sql.contains("FOR UPDATE SKIP LOCKED"))
    }

    @Test func `count over the whole table`() throws {
        #expect(
            try statements().rows.count.text
                == #"SELECT count(*) AS rows FROM "app"."it's" AS "it's" WHERE "it's"."at" < '2026-01-01'::date"#
        )
    }
}
