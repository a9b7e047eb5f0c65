import JobModel
import Postgres

/// Reads whole indexes to see how full they are, as long as its budget lasts. Needs the extension pgstattuple.
struct IndexMeasurement: Sendable {
    private let session: Session
    /// The extension's schema; nil without it.
    private let schema: ServerText?
    private var bytesLeft: Int

    init(session: Session, limitInMiB: Int) async throws {
        self.session = session
        schema = try await session.query(IndexQueries.measuring).rows.first?.text("schema")
        bytesLeft = limitInMiB << 20
    }

    var isPossible: Bool { schema != nil }

    /// Nil where it cannot be measured: no B-tree, no extension, beyond the budget, locked by somebody, or its time was
    /// over.
    mutating func fill(of index: IndexFacts) async throws -> IndexFill? {
        guard let schema, index.method == "btree", index.bytes <= bytesLeft else { return nil }
        bytesLeft -= index.bytes
        do {
            let row = try await session.query(IndexQueries.fill(schema: schema), [ServerText("\(index.id)")]).onlyRow()
            return IndexFill(
                leafDensity: try row.double("density"), leafPages: try row.int("leaves"),
                innerPages: try row.int("inner_pages"), pageSize: try row.int("page_size"))
        } catch let error as PostgresError where error.isStatementRefusal {
            return nil
        }
    }
}

extension IndexFacts {
    static func gather(on session: Session) async throws -> [IndexFacts] {
        try await session.query(IndexQueries.indexes(serverVersion: session.server.versionNumber)).rows.map { row in
            IndexFacts(
                id: try row.oid("oid"), table: try row.oid("table"),
                name: SQLIdentifier(schema: try row.text("schema"), name: try row.text("name")),
                tableName: SQLIdentifier(schema: try row.text("table_schema"), name: try row.text("table_name")),
                method: try row.string("method"), isValid: try row.bool("valid"),
                isExclusion: try row.bool("exclusion"), bytes: try row.int("bytes"), rows: try row.double("rows"),
                definitionMD5: try row.string("definition"),
                fillFactor: try row.optionalString("fill_factor").flatMap(Double.init) ?? 90,
                isPermitted: try row.bool("permitted"))
        }
    }
}
