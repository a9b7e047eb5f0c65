import Archive
import ObjectStorage

/// A table whose rows are all read and written, into an object that is not committed. Whoever has it commits or discards
/// it.
struct WrittenTable: Sendable {
    let task: TableTask
    let digest: RowDigest
    let members: [MemberIndex.Member]
    let writer: any ObjectWriter

    private static let smallObjectInBytes = 64 << 10

    /// Whether a few like it may wait for the stores beside other work: what it holds in memory is little.
    var isSmall: Bool { members.reduce(0) { $0 + $1.length } <= Self.smallObjectInBytes }

    /// Commits the object, or discards it where that fails.
    func commit() async throws -> DumpResults.Table {
        do {
            return DumpResults.Table(
                task: task, digest: digest, object: try await writer.commit(), members: members)
        } catch {
            await discard()
            throw error
        }
    }

    func discard() async {
        let writer = writer
        await CleanupScope.run { await writer.discard() }
    }
}
