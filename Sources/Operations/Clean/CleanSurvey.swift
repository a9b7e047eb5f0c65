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

    private func blockSize() async throws -> Int {
        try await session.query("SELECT pg_catalog.current_setting('block_size') AS size").onlyRow().int("size")
    }
}
