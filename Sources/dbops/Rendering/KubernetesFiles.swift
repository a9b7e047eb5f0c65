import Foundation
import JobModel
import Kubernetes

/// Manifests as files of a folder.
struct KubernetesFiles {
    let folder: String

    /// Writes each file whole or not at all, and leaves others in the folder alone.
    func write(_ manifests: Manifests) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for file in manifests.files + [manifests.kustomization] {
                try Data(file.text.utf8).write(
                    to: URL(fileURLWithPath: folder).appendingPathComponent(file.name), options: .atomic)
            }
        } catch {
            throw UnusableFileError(
                path: folder, reason: "it cannot be written to (\(error.localizedDescription))", category: .cannotWrite)
        }
    }
}
