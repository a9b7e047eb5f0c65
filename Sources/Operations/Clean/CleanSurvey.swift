import JobModel
import Postgres

/// Gathers the facts about a table, and refuses what cannot be cleaned at all.
struct CleanSurvey: Sendable {
    let session: Session
    let job: CleanJob
    let condition: CleanCondition?
    let tuning: CleanTuning
    /// Then it is counted what stays.
    let isFirstRun: Bool

    /// `cutoff` is that of a run that goes on; nil for one that begins. Throws ``CleanError``.
    func gather(cutoff known: ServerText?) async throws -> CleanFacts {
        let catalogue = CleanCatalogue(session: session)
        let table = try await table(catalogue)
        let column = try await column(of: table, catalogue)
        let cutoff: ServerText
        if let known {
            cutoff = known
        } else {
            cutoff = try await CleanCutoff(session: session, job: job).text(for: column)
        }
        let leaves = try await catalogue.leaves(of: table, column: column, cutoff: cutoff)
        guard leaves.foreign.isEmpty else {
            throw CleanError.table(
                table.name.description,
                reason: "partitions of it are on other servers: \(leaves.foreign.joined(separator: ", "))",
                hint: "Clean each of its own partitions by a job of its own.")
        }
        let oids = [table.oid] + leaves.all.map(\.oid)
        try await refuseWhatCannotBe(table, Array(Set(oids)).sorted(), catalogue)
        var facts = CleanFacts(
            oid: table.oid, name: table.name, column: column.name.quotedAsIdentifier, columnType: column.type,
            cutoff: cutoff, blockSizeInBytes: try await blockSize(), isPartitioned: table.kind == "p",
            isOwner: table.isOwner, hasDefaultPartition: leaves.hasDefault, leaves: leaves.all)
        facts.references = try await catalogue.references(to: oids)
        try await addTriggers(&facts, oids, catalogue)
        try await refuseUnpublishableReferences(facts, catalogue)
        let indexes = try await catalogue.indexes(on: leaves.all.map(\.oid), column: column)
        for position in facts.leaves.indices {
            facts.leaves[position].indexes = indexes[facts.leaves[position].oid] ?? []
        }
        try await checkCondition(facts, catalogue)
        return try await counted(facts)
    }

    // MARK: - The table and its column

    private func table(_ catalogue: CleanCatalogue) async throws -> CleanCatalogue.Table {
        let found: CleanCatalogue.Table?
        do {
            found = try await catalogue.table(job.table)
        } catch let error as PostgresError where error.isRefusalOfContents {
            throw CleanError.table(
                job.table, reason: "this is no name of a table",
                hint: "Write it as SQL does: public.sessions, or public.\"Session\".")
        }
        guard let table = found else {
            throw CleanError.table(
                job.table, reason: "there is no such table", hint: "Write it with its schema, as SQL does.")
        }
        let name = table.name.description
        guard table.kind == "r" || table.kind == "p" else {
            throw CleanError.table(name, reason: "it is no table", hint: "Name the table that holds the rows.")
        }
        guard !table.isSystem, table.persistence != "t" else {
            throw CleanError.table(name, reason: "it is not a table of users", hint: "Name a table of users.")
        }
        guard !table.hasChildren else {
            throw CleanError.table(
                name, reason: "other tables inherit from it", hint: "Clean each of the children by a job of its own.")
        }
        guard table.rules.isEmpty else {
            throw CleanError.table(
                name, reason: "rules rewrite its DELETE: \(table.rules.joined(separator: ", "))",
                hint: "Drop the rules, or use a trigger in their place.")
        }
        return table
    }

    private func column(of table: CleanCatalogue.Table, _ catalogue: CleanCatalogue) async throws
        -> CleanCatalogue.Column
    {
        let name = table.name.description
        guard let column = try await catalogue.column(job.column, of: table.oid) else {
            throw CleanError.column(job.column, table: name, reason: "there is no such column")
        }
        let types: [ServerText] = ["timestamp with time zone", "timestamp without time zone", "date"]
        guard types.contains(column.type) else {
            throw CleanError.column(job.column, table: name, reason: "its type is \(column.type)")
        }
        return column
    }

    private func blockSize() async throws -> Int {
        try await session.query("SELECT pg_catalog.current_setting('block_size') AS size").onlyRow().int("size")
    }

    private func refuseWhatCannotBe(
        _ table: CleanCatalogue.Table, _ oids: [UInt32], _ catalogue: CleanCatalogue
    ) async throws {
        let name = table.name.description
        let lacking = try await catalogue.missingPrivileges(on: oids)
        guard lacking.missing.isEmpty else {
            throw CleanError.privileges(
                table: name, role: lacking.role, missing: lacking.missing, grants: lacking.grants)
        }
        guard try await catalogue.guardedTables(among: oids).isEmpty else {
            throw CleanError.table(
                name, reason: "row-level security hides rows of it from this role",
                hint: "Use a role with BYPASSRLS, or the table's owner.")
        }
        let publications = try await catalogue.publicationsWithoutIdentity(of: oids, of: .delete)
        guard publications.isEmpty else {
            throw CleanError.table(
                name,
                reason: "it has no replica identity, and its deletions are published by "
                    + publications.joined(separator: ", "),
                hint: "Give it a primary key, or ALTER TABLE … REPLICA IDENTITY FULL.")
        }
    }

    // MARK: - What refers to it

    private func addTriggers(_ facts: inout CleanFacts, _ oids: [UInt32], _ catalogue: CleanCatalogue) async throws {
        let deleting = try await catalogue.triggers(on: oids + facts.children([.cascade]), firedBy: .delete)
        let updating = try await catalogue.triggers(
            on: facts.children([.setNull, .setDefault]), firedBy: .update)
        facts.triggers = deleting + updating.filter { !deleting.contains($0) }
    }

    private func refuseUnpublishableReferences(_ facts: CleanFacts, _ catalogue: CleanCatalogue) async throws {
        let publications =
            try await catalogue.publicationsWithoutIdentity(of: facts.children([.cascade]), of: .delete)
            + catalogue.publicationsWithoutIdentity(of: facts.children([.setNull, .setDefault]), of: .update)
        guard publications.isEmpty else {
            throw CleanError.table(
                facts.name.description,
                reason: "tables that refer to it have no replica identity, and their changes are published by "
                    + publications.joined(separator: ", "),
                hint: "Give them primary keys, or ALTER TABLE … REPLICA IDENTITY FULL.")
        }
    }

    // MARK: - The condition

    private func rows(_ facts: CleanFacts) -> CleanRows {
        CleanRows(
            table: facts.name, column: facts.column, columnType: facts.columnType, cutoff: facts.cutoff,
            condition: condition)
    }

    /// The server plans it, and runs nothing.
    private func checkCondition(_ facts: CleanFacts, _ catalogue: CleanCatalogue) async throws {
        guard let condition else { return }
        let volatile = try await catalogue.volatileFunctions(among: condition.calledNames)
        guard volatile.isEmpty else {
            throw CleanError.conditionRefused(
                condition.text, reason: "\(volatile.joined(separator: ", ")) can answer otherwise each time")
        }
        do {
            try await session.execute("EXPLAIN \(rows(facts).count)")
        } catch PostgresError.statement(let failure) where ["42", "22", "0A"].contains(failure.sqlState.errorClass) {
            throw CleanError.conditionRefused(condition.text, reason: failure.message)
        }
    }

    /// Partial indexes that the server's planner takes for these rows.
    func provenIndexes(_ facts: CleanFacts) async throws -> Set<ServerText> {
        var proven: Set<ServerText> = []
        for leaf in facts.leaves {
            for index in leaf.indexes where index.isPartial && index.isBTree && !index.keys.isEmpty {
                let statement = CleanStatements(rows: rows(facts), leaf: leaf.name)
                    .batch(along: index, from: nil, limit: tuning.firstBatchRows)
                let plan = try await session.query("EXPLAIN (COSTS off) \(statement)")
                let lines = try plan.rows.map { try $0.text("QUERY PLAN").text }
                if lines.contains(where: {
                    $0.contains("using \(index.name) on") || $0.contains("using \(index.name.quotedAsIdentifier) on")
                }) {
                    proven.insert(index.name)
                }
            }
        }
        return proven
    }

    // MARK: - Counting

    private func counted(_ facts: CleanFacts) async throws -> CleanFacts {
        var facts = facts
        let counter = RowCount(session: session, tuning: tuning)
        facts.matchingRows = try await counter.count(rows(facts).count)
        facts.stayingRows = try await stayingRows(facts, counter)
        facts.rows = try await tableRows(facts, counter)
        facts.references = try await CascadeSurvey(
            session: session, tuning: tuning, rows: rows(facts), table: facts.oid
        ).weighed(facts.references)
        return facts
    }

    /// Counted, since statistics may be of another time: they would let a run delete everything.
    private func stayingRows(_ facts: CleanFacts, _ counter: RowCount) async throws -> Int64? {
        guard isFirstRun, let matching = facts.matchingRows,
            let limit = CleanPlanner.rowsToStay(beside: matching, atMost: job.maxFraction)
        else { return nil }
        // No index leads to what stays.
        return try await counter.count(rows(facts).countStaying(upTo: limit), allowing: [.sequential, .bitmap])
    }

    /// A small table is counted, a large one estimated from its statistics, where it has any.
    private func tableRows(_ facts: CleanFacts, _ counter: RowCount) async throws -> Int64? {
        let isLarge = facts.leaves.reduce(0) { $0 + $1.sizeInBytes } > CleanPlanner.smallTableInBytes
        let known = facts.leaves.compactMap(\.rows)
        guard !isLarge || known.count < facts.leaves.count else { return known.reduce(0, +) }
        return try await counter.count(
            "SELECT count(*) AS rows FROM \(facts.name.quoted)", allowing: [.sequential, .bitmap])
    }
}
