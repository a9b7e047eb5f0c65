import JobModel
import Postgres

extension MaintainFacts {
    /// Asks the server; on a standby no more than that it is one.
    static func gather(on session: Session) async throws -> MaintainFacts {
        var facts = MaintainFacts(serverVersion: session.server.versionNumber)
        let server = try await session.query(MaintainQueries.server).onlyRow()
        facts.isInRecovery = try server.bool("standby")
        facts.now = try server.double("now")
        guard !facts.isInRecovery else { return facts }
        let queries = MaintainQueries(
            serverVersion: facts.serverVersion, seesStatistics: try server.bool("statistics"),
            seesScores: try server.bool("scores"))
        let settings = try await session.query(MaintainQueries.settings).rows.map {
            (try $0.string("name"), try $0.string("setting"))
        }
        let values = Dictionary(settings) { first, _ in first }
        facts.autovacuum = AutovacuumSettings(serverSettings: values)
        facts.pageSize = values["block_size"].flatMap(Int.init) ?? facts.pageSize
        facts.tables = try await session.query(queries.tables).rows.map { try TableFacts($0) }
        for row in try await session.query(MaintainQueries.children).rows {
            facts.children[try row.oid("parent"), default: []].append(try row.oid("child"))
        }
        facts.holders = try await holders(on: session, queries)
        facts.busy = try await busy(on: session)
        facts.dumps = try await dumps(on: session)
        return facts
    }

    static func holders(on session: Session, _ queries: MaintainQueries) async throws -> [XminHolder] {
        try await session.query(queries.holders).rows.compactMap { row in
            guard let kind = XminHolder.Kind(rawValue: try row.string("kind")),
                let age = try row.optionalText("xid_age")
            else { return nil }
            return XminHolder(
                kind: kind, name: try row.text("name"), detail: try row.text("detail").text,
                xidAge: Double(age.text) ?? 0, holdsSince: try row.optionalDouble("since"),
                isCatalogOnly: try row.bool("catalog_only"))
        }
    }

    /// Who works on which table at this moment.
    static func busy(on session: Session) async throws -> [UInt32: String] {
        let found = try await session.query(MaintainQueries.busy).rows.map { row in
            (try row.oid("relation"), "\(try row.text("who")) (process \(try row.int64("pid")))")
        }
        return Dictionary(found) { first, _ in first }
    }

    static func dumps(on session: Session) async throws -> [String] {
        try await session.query(MaintainQueries.dumps).rows.map { row in
            "\(try row.text("name")) (process \(try row.int64("pid")))"
        }
    }
}

extension TableFacts {
    init(_ row: ResultTable.Row) throws {
        let kind = try row.string("kind")
        name = SQLIdentifier(schema: try row.text("schema"), name: try row.text("name"))
        self.kind = kind == "p" ? .partitioned : kind == "m" ? .materializedView : .table
        heap = try Heap(row, id: try row.oid("oid"), prefix: "")
        toast = try row.optionalOID("toast").map { try Heap(row, id: $0, prefix: "toast_") }
        modifiedRows = try row.double("modified")
        vacuumedAt = try row.optionalDouble("vacuumed")
        analyzedAt = try row.optionalDouble("analyzed")
        autoanalyzedAt = try row.optionalDouble("autoanalyzed")
        hasStatistics = try row.bool("statistics")
        hasChildren = try row.bool("parent")
        isSystem = try row.bool("system")
        isPermitted = try row.bool("permitted")
        serverSaysVacuum = try row.bool("server_vacuum")
        serverSaysAnalyze = try row.bool("server_analyze")
    }
}

extension TableFacts.Heap {
    fileprivate init(_ row: ResultTable.Row, id: UInt32, prefix: String) throws {
        self.init(id: id)
        rows = try row.double("\(prefix)rows")
        pages = try row.int("\(prefix)pages")
        frozenPages = Int(try row.double("\(prefix)frozen"))
        deadRows = try row.double("\(prefix)dead")
        insertedRows = try row.double("\(prefix)inserted")
        xidAge = try row.double("\(prefix)xid_age")
        multixactAge = try row.double("\(prefix)mxid_age")
        options = Self.options(try row.optionalText("\(prefix)options")?.text ?? "")
    }

    /// Reads `name=value`, line by line.
    static func options(_ text: String) -> [String: String] {
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
