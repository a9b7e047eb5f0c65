import Foundation
import JobModel
import ObjectStorage
import TestSupport
import Testing

@testable import Archive
@testable import Operations

/// Copies of a good backup, to be damaged.
struct BackupCopy: Sendable {
    let bench: Workbench
    /// Where the copy stands, in the store `copies`.
    let folder: ObjectKey
    let store: DirectoryStore

    /// A copy under another name.
    init(of backup: BackupReport, _ bench: Workbench, name: String) throws {
        self.bench = bench
        folder = ObjectKey(name)
        let path = "\(bench.folder.path)/copies"
        store = DirectoryStore(path: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: "\(bench.folder.path)/store/\(backup.name.folder)", toPath: "\(path)/\(name)")
    }

    func path(_ object: String) -> String { "\(bench.folder.path)/copies/\(folder)/\(object)" }

    func bytes(_ object: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(object))))
    }

    func delete(_ object: String) throws {
        try FileManager.default.removeItem(atPath: path(object))
    }

    func change(_ object: String, _ change: (inout [UInt8]) throws -> Void) throws {
        var bytes = try bytes(object)
        try change(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: path(object)))
    }

    /// Makes the manifest vouch for the objects as they are now, as somebody might who means harm.
    func recomputeManifest(_ alteration: (inout Manifest) -> Void = { _ in }) throws {
        var manifest = try Manifest(decoding: try bytes(Manifest.objectName))
        for index in manifest.objects.indices {
            let bytes = try bytes(manifest.objects[index].name)
            manifest.objects[index].size = bytes.count
            manifest.objects[index].sha256 = ContentDigest.sha256(of: bytes)
        }
        alteration(&manifest)
        try Data(try manifest.encode()).write(to: URL(fileURLWithPath: path(Manifest.objectName)))
    }

    func verify() async throws -> VerificationReport {
        var settings = VerifySettings()
        settings.server = bench.cluster.connectionInfo
        settings.jobs = 2
        return try await VerifyOperation(
            context: bench.context(), source: try await BackupSource.open(folder, in: store), settings: settings
        ).execute()
    }
}
