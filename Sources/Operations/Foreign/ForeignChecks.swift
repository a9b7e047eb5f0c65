import Archive
import Foundation
import JobModel
import Postgres

/// Compares restored databases with what was counted in a foreign dump on its way there.
struct ForeignChecks: Sendable {
    let place: ForeignPlace
    let databases: [DatabaseTally]
    /// pg_dump's, as the dump states it.
    let dumpMajor: Int?
    let encoding: String?
    let context: OperationContext

    func run() async throws -> [VerificationCheck] {
        var rows = Comparison()
        var largeObjects = Comparison()
        var inventory = Comparison()
        var sequences = Comparison()
        var validity = Comparison()
        for tally in databases {
            let before = rows.faults.count
            try await withSession(tally) { session in
                try await compareRows(tally, session, &rows)
                try await compareLargeObjects(tally, session, &largeObjects)
                try await compareValidity(tally, session, &validity)
            }
            try await compareDefinitions(tally, &inventory, &sequences)
            if databases.count > 1 { rows.prefixFaults(from: before, with: tally.name) }
        }
        let tables = databases.reduce(0) { $0 + $1.rows.count }
        return [
            tables == 0
                ? .skipped(.rows, because: "the dump holds no rows")
                : rows.check(.rows, of: "rows in \(tables) tables"),
            .skipped(
                "row hashes",
                because: "only the manifest of a backup of dbops has them: rows were counted, not compared"),
            largeObjects.check(.largeObjects, of: "large objects, not their contents"),
            inventory.check(.inventory, of: "entries"),
            sequences.check(.sequences, of: "values"),
            validity.check(.validity, of: "not valid, as the dump makes them"),
            .skipped("snapshot", because: "a dump does not say what its source held: what it left out cannot be told"),
        ]
    }

    /// What was expected and found so far, in all databases.
    struct Comparison {
        var expected = 0
        var found = 0
        var faults: [String] = []
        var notes: [String] = []

        mutating func prefixFaults(from index: Int, with database: String) {
            for index in index..<faults.count { faults[index] = "\(database): \(faults[index])" }
        }

        func check(_ name: VerificationCheck.Name, of what: String) -> VerificationCheck {
            let (wanted, there) = ("\(expected) \(what)", "\(found) \(what)")
            return faults.isEmpty
                ? .passed(name, expected: wanted, found: there, details: notes)
                : .failed(name, expected: wanted, found: there, details: faults)
        }
    }

    // MARK: - Rows

    private func compareRows(_ tally: DatabaseTally, _ session: Session, _ comparison: inout Comparison) async throws {
        let loaded = tally.rows.keys.sorted()
        for oid in loaded {
            guard let table = try await ForeignTable.of(oid, on: session) else { continue }
            let wanted = tally.rows[oid] ?? 0
            guard !tally.uncounted.contains(oid) else {
                comparison.notes.append("\(table.name): INSERT statements without VALUES cannot be counted")
                continue
            }
            let found = try await table.count(besides: loaded, on: session)
            comparison.expected += wanted
            comparison.found += min(found, table.belongsToExtension ? wanted : found)
            if found < wanted || found > wanted && !table.belongsToExtension {
                comparison.faults.append("\(table.name): \(found) rows instead of \(wanted)")
            }
        }
    }

    private func compareLargeObjects(
        _ tally: DatabaseTally, _ session: Session, _ comparison: inout Comparison
    ) async throws {
        let count = try await session.query("SELECT count(*) AS n FROM pg_catalog.pg_largeobject_metadata").rows
        let found = Int(try count.first?.int64("n") ?? 0)
        comparison.expected += tally.largeObjects
        comparison.found += found
        if found < tally.largeObjects {
            comparison.faults.append("\(tally.name): \(found) large objects instead of \(tally.largeObjects)")
        }
    }

    private func compareValidity(
        _ tally: DatabaseTally, _ session: Session, _ comparison: inout Comparison
    ) async throws {
        let facts = try await ServerFacts.gather(session)
        comparison.faults += facts.invalidIndexNames.map { "\(tally.name): index \($0) is invalid" }
        let constraints = facts.unvalidatedConstraintNames
        let ofDump = constraints.filter { tally.leavesUnvalidated($0) }
        comparison.found += facts.invalidIndexNames.count + constraints.count
        comparison.expected += ofDump.count
        comparison.faults += constraints.filter { !ofDump.contains($0) }.map {
            "\(tally.name): constraint \($0) is not validated"
        }
    }

    // MARK: - Definitions

    private func compareDefinitions(
        _ tally: DatabaseTally, _ inventory: inout Comparison, _ sequences: inout Comparison
    ) async throws {
        let harvest = TOCHarvest(
            pgDump: place.pgDump, connection: tally.connection, filters: [],
            encoding: encoding == "SQL_ASCII" ? "SQL_ASCII" : "UTF8")
        let restored = try await harvest.run(snapshot: nil)
        let comparison = ForeignInventory(
            announced: tally.entries, restored: restored, isOtherMajor: place.pgDump.version.major != dumpMajor)
        let missing = comparison.missing()
        inventory.expected += comparison.count
        inventory.found += comparison.count - missing.count
        inventory.faults += missing.map { databases.count > 1 ? "\(tally.name): \($0)" : $0 }
        let values = Set(restored.entries.filter { $0.desc == "SEQUENCE SET" }.map { Self.plain($0.defn ?? "") })
        let wanted = tally.sequenceValues.map { Self.plain($0) }
        let differing = wanted.filter { !values.contains($0) }
        sequences.expected += wanted.count
        sequences.found += wanted.count - differing.count
        sequences.faults += differing.map { "\(tally.name): the restored value is not that of \($0)" }
    }

    /// A call of setval, however the dump quotes and qualifies its names.
    static func plain(_ statement: ServerText) -> String {
        statement.text.trimmed.replacingOccurrences(of: "pg_catalog.", with: "").filter { $0 != ";" && $0 != "\"" }
    }

    private func withSession(_ tally: DatabaseTally, _ body: (Session) async throws -> Void) async throws {
        let session = try await Session.open(
            tally.connection, applicationName: context.applicationName, startupStatements: SessionSettings.lasting)
        do {
            try await body(session)
            await session.close()
        } catch {
            await session.close()
            throw error
        }
    }
}

/// A restored table.
struct ForeignTable: Sendable {
    let oid: UInt32
    /// Quoted as SQL.
    let name: ServerText
    let isPartitioned: Bool
    /// Its extension may have filled it, so more rows than in the dump are no fault.
    let belongsToExtension: Bool

    /// Nil where there is none, or it is a foreign table, whose rows are elsewhere.
    static func of(_ oid: UInt32, on session: Session) async throws -> ForeignTable? {
        let rows = try await session.query(
            """
            SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name,
                   c.relkind = 'p' AS partitioned,
                   EXISTS (SELECT FROM pg_catalog.pg_depend d
                            WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
                              AND d.deptype = 'e') AS of_extension
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.oid = $1 AND c.relkind IN ('r', 'p')
            """, [ServerText("\(oid)")]
        ).rows
        guard let row = rows.first else { return nil }
        return ForeignTable(
            oid: oid, name: try row.text("name"), isPartitioned: try row.bool("partitioned"),
            belongsToExtension: try row.bool("of_extension"))
    }

    /// Its rows; of the root of a partition tree those of all leaves but the `loaded`, which are counted by themselves.
    func count(besides loaded: [UInt32], on session: Session) async throws -> Int {
        let others = loaded.filter { $0 != oid }.map(String.init).joined(separator: ", ")
        let sql: ServerText =
            isPartitioned
            ? "SELECT count(*) AS n FROM \(name) WHERE tableoid <> ALL ('{\(others)}'::pg_catalog.oid[])"
            : "SELECT count(*) AS n FROM ONLY \(name)"
        return Int(try await session.query(sql).rows.first?.int64("n") ?? 0)
    }
}
