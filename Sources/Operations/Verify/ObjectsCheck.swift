import Archive
import JobModel
import ObjectStorage

/// Holds what the store lists against the manifest, and reads every object that the restore will not read.
struct ObjectsCheck: Sendable {
    let source: BackupSource

    /// Missing objects and wrong sizes, from the listing alone: nothing is restored where this fails.
    func listing() async throws -> VerificationCheck {
        let manifest = source.manifest
        let prefix = source.folder.description + "/"
        let listed = try await source.store.list(under: source.folder)
        let found = Dictionary(listed.map { ($0.key.description, Int($0.sizeInBytes)) }) { first, _ in first }
        return Self.compare(
            expected: manifest.objects,
            found: Dictionary(
                uniqueKeysWithValues: found.map { (String($0.key.dropFirst(prefix.count)), $0.value) }))
    }

    static func compare(expected: [Manifest.StoredObject], found: [String: Int]) -> VerificationCheck {
        let faults = expected.compactMap { object -> String? in
            guard let size = found[object.name] else { return "\(object.name) is missing" }
            return size == object.size ? nil : "\(object.name) has \(size) bytes instead of \(object.size)"
        }
        let summary = "\(expected.count) objects, \(expected.reduce(0) { $0 + $1.size }) bytes"
        guard faults.isEmpty else {
            return .failed(
                .objects, expected: summary, found: "\(faults.count) missing or of another size", details: faults)
        }
        return .passed(.objects, expected: summary, found: summary)
    }

    /// Small objects beside the data: the guide, the member index, the lists of large objects.
    func companions() async throws {
        let stream = VerifiedStream(source: source)
        let packs = Set(source.manifest.largeObjects.packs.map(\.file))
        for object in source.manifest.objects where !object.name.hasSuffix(".dat.gz") && !packs.contains(object.name) {
            try await stream.read(object.name) { _ in }
        }
    }
}
