import Archive
import Foundation
import JobModel
package import ObjectStorage

/// The records of verifications that stand beside a backup: `<backup>.evidence/<instant>-<run>.json`.
///
/// Each is bound to the digest of the manifest that was verified, so that evidence of another backup counts for
/// nothing wherever it is copied.
package struct VerificationEvidence: Sendable {
    let store: any ObjectStore
    let folder: ObjectKey

    private static let limitInBytes = 16 << 20

    /// `backup` is the backup's own folder.
    package init(of backup: ObjectKey, in store: any ObjectStore) {
        self.store = store
        folder = ObjectKey(backup.description + BackupName.evidenceSuffix)
    }

    func write(_ report: VerificationReport) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let name = "\(report.verifiedAt.compactText)-\(report.runID).json"
        _ = try await store.write(Array(try encoder.encode(report)), to: folder.appending(name))
    }

    /// The verification that speaks for the manifest with this digest: the newest, if it succeeded. A later failure
    /// takes the proof away. A record that cannot be read is no evidence.
    package func standingProof(manifestSHA256: String) async throws -> VerificationReport? {
        let keys = try await store.list(under: folder).map(\.key)
        let newest = try await newestRecord(manifestSHA256: manifestSHA256, among: keys)
        return newest?.outcome == .succeeded ? newest : nil
    }

    /// The newest of the listed records that is of the manifest with this digest; nil where there is none.
    func newestRecord(manifestSHA256: String, among listed: [ObjectKey]) async throws -> VerificationReport? {
        for key in listed.reversed() {
            guard let report = try await record(key), report.manifestSHA256 == manifestSHA256 else { continue }
            return report
        }
        return nil
    }

    /// The records that are bound to the manifest with this digest, whatever they say, oldest first.
    func records(manifestSHA256: String) async throws -> [ObjectKey] {
        var keys: [ObjectKey] = []
        for object in try await store.list(under: folder) {
            if try await record(object.key)?.manifestSHA256 == manifestSHA256 { keys.append(object.key) }
        }
        return keys
    }

    /// Nil for what is no record, or is gone since it was listed.
    private func record(_ key: ObjectKey) async throws -> VerificationReport? {
        do {
            let bytes = try await store.read(key, limitInBytes: Self.limitInBytes)
            return try? JSONDecoder().decode(VerificationReport.self, from: Data(bytes))
        } catch StorageError.notFound {
            return nil
        } catch StorageError.tooLarge {
            return nil
        }
    }
}
