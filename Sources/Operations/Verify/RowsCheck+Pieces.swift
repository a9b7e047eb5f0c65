import Archive
import JobModel
import Postgres

extension RowsCheck {
    /// One COPY: all rows of a group, or those in some blocks of its table.
    struct Piece: Sendable, Equatable {
        /// The group's position.
        let group: Int
        let statement: ServerText
    }

    /// All groups, the largest first, those of large tables in parts.
    func pieces(of groups: [Group]) async throws -> [Piece] {
        let order = groups.indices.sorted { groups[$0].digest.bytes > groups[$1].digest.bytes }
        let large =
            jobs > 1 ? order.filter { groups[$0].digest.bytes > partSizeInBytes && groups[$0].table != nil } : []
        let blocks = try await blocks(of: large.map { groups[$0] })
        return Self.pieces(
            of: groups, in: order, blocks: Dictionary(uniqueKeysWithValues: zip(large, blocks)),
            partSizeInBytes: partSizeInBytes)
    }

    /// `blocks` are those of groups that may be split, by position. Pure.
    static func pieces(
        of groups: [Group], in order: [Int], blocks: [Int: Int?], partSizeInBytes: Int
    ) -> [Piece] {
        order.flatMap { index in
            let group = groups[index]
            guard let table = group.table, let count = blocks[index] ?? nil else {
                return [Piece(group: index, statement: group.statement)]
            }
            let ranges = BlockRange.covering(
                blocks: count, sizeInBytes: group.digest.bytes,
                targetSizeInBytes: max(partSizeInBytes, group.digest.bytes / mostParts))
            guard ranges.count > 1 else { return [Piece(group: index, statement: group.statement)] }
            return ranges.map { range in
                let statement = CopyOutStatement.text(
                    schema: table.schema, name: table.name, columns: table.columns, range: range)
                return Piece(group: index, statement: statement)
            }
        }
    }

    /// Of one table: a statement for each has to be kept.
    private static let mostParts = 1_024

    /// How many blocks each table has; nil where the server would read all of it for each part.
    private func blocks(of groups: [Group]) async throws -> [Int?] {
        guard !groups.isEmpty else { return [] }
        return try await withSession { session in
            guard session.server.versionNumber >= BackupPlanner.firstVersionWithRangeScans else {
                return groups.map { _ in nil }
            }
            var blocks: [Int?] = []
            for group in groups { blocks.append(try await Self.blocks(of: group, on: session)) }
            return blocks
        }
    }

    private static func blocks(of group: Group, on session: Session) async throws -> Int? {
        guard let table = group.table else { return nil }
        let name = SQLIdentifier(schema: table.schema, name: table.name).quoted
        let result = try await session.query(
            """
            SELECT pg_catalog.pg_relation_size(c.oid, 'main')
                   / pg_catalog.current_setting('block_size')::pg_catalog.int8 AS blocks
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am a ON a.oid = c.relam
             WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind = 'r' AND a.amname = 'heap'
            """, [name])
        return try result.rows.first?.optionalInt64("blocks").map { Int($0) }
    }
}
