import Archive
import JobModel
import ObjectStorage

/// Copies the records of verifications that speak for a backup. Those that are bound to another manifest stay behind.
struct EvidenceCopy: Sendable {
    let source: BackupSource
    let target: BackupPlace

    private static let limitInBytes = 16 << 20

    /// The number of records that the target did not have.
    func run() async throws -> Int {
        let there = Set(try await target.store.list(under: ObjectKey(target.name.evidenceFolder)).map(\.key))
        let evidence = VerificationEvidence(of: source.folder, in: source.store)
        var count = 0
        for key in try await evidence.records(manifestSHA256: source.manifestSHA256) {
            guard let name = key.description.split(separator: "/").last else { continue }
            let copy = ObjectKey(target.name.evidenceFolder).appending(String(name))
            guard !there.contains(copy) else { continue }
            _ = try await target.store.write(
                try await source.store.read(key, limitInBytes: Self.limitInBytes), to: copy)
            count += 1
        }
        return count
    }
}
