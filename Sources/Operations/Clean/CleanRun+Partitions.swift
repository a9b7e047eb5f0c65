import JobModel
import Postgres

/// Partitions that go as a whole.
extension CleanRun {
    /// The rows are counted first: what is detached is dropped, by this run or the next.
    mutating func drop(_ leg: CleanPlan.Leg) async throws {
        try await gate.pass()
        let leaf = leg.leaf.name
        let partition = partitionDrop(leaf, leg.leaf.oid)
        let rows = try await partition.countOld()
        state.detaching = CleanState.Detaching(oid: leg.leaf.oid, schema: leaf.schema ?? "public", name: leaf.name)
        await diary.keep(state)
        do {
            try await partition.detach()
        } catch {
            if case .attached? = try? await partition.standing() {
                state.detaching = nil
                await diary.keep(state)
            }
            throw error
        }
        try await dropDetached(partition, rows: rows)
    }

    /// Ends what an earlier run began.
    mutating func finishDetaching() async throws {
        guard let begun = state.detaching else { return }
        try await gate.pass()
        let partition = partitionDrop(SQLIdentifier(schema: begun.schema, name: begun.name), begun.oid)
        switch try await partition.standing() {
        case .attached, .elsewhere:
            state.detaching = nil
            await diary.keep(state)
        case .pending, .detached:
            let rows = try await partition.countOld()
            try await partition.detach()
            try await dropDetached(partition, rows: rows)
        }
    }

    private func partitionDrop(_ leaf: SQLIdentifier, _ oid: UInt32) -> PartitionDrop {
        PartitionDrop(
            session: session, statements: CleanStatements(rows: plan.rows, leaf: leaf), leaf: leaf, oid: oid,
            tuning: tuning)
    }

    private mutating func dropDetached(_ drop: PartitionDrop, rows: Int64) async throws {
        try await drop.drop()
        let partition = CleanReport.DroppedPartition(partition: drop.leaf.description, rows: rows)
        dropped.append(partition)
        state.detaching = nil
        state.droppedPartitions.append(partition)
        deleted += rows
        state.deletedRows += rows
        await diary.keep(state)
        reporter.report(.note("dropped the partition \(partition.partition) with \(Quantities.count(Int(rows))) rows"))
    }
}
