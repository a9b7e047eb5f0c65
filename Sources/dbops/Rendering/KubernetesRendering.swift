import Kubernetes

/// Manifests on standard output; what the operator still has to do, and to know, on standard error.
struct KubernetesRendering {
    let json: Bool
    let quiet: Bool

    /// `folder` is where the files were written; nil where the manifests themselves are the output.
    func print(_ manifests: Manifests, writtenTo folder: String?) throws {
        if json {
            try JSONLine.print(Object(manifests, folder: folder))
        } else if let folder {
            for file in manifests.files + [manifests.kustomization] { Swift.print("\(folder)/\(file.name)") }
        } else {
            Swift.print(manifests.text, terminator: "")
        }
        for sentence in manifests.warnings { StandardError.write("warning: \(sentence)") }
        if !quiet { StandardError.write(Self.secretText(manifests)) }
    }

    /// The command that makes the Secret, out of files, so that no secret becomes an argument.
    private static func secretText(_ manifests: Manifests) -> String {
        guard !manifests.secretKeys.isEmpty else { return "The job file names no secrets." }
        let lines = manifests.secretKeys.map { key in
            switch key.use {
            case .file(let path): "    --from-file=\(key.name)=FILE  (\(path))"
            case .variable(let name): "    --from-file=\(key.name)=FILE  (the variable \(name), without a line's end)"
            }
        }
        return
            ([
                "The pods need a Secret of these keys, each out of a file of yours:",
                "  kubectl create secret generic \(manifests.secretName)",
            ] + lines).joined(separator: "\n")
    }

    private struct Object: Encodable {
        struct Key: Encodable {
            let key: String
            let path: String?
            let variable: String?
        }

        let folder: String?
        let files: [String]
        let manifests: String?
        let secret: String
        let secretKeys: [Key]
        let warnings: [String]

        init(_ manifests: Manifests, folder: String?) {
            self.folder = folder
            files = folder == nil ? [] : (manifests.files + [manifests.kustomization]).map(\.name)
            self.manifests = folder == nil ? manifests.text : nil
            secret = manifests.secretName
            secretKeys = manifests.secretKeys.map { key in
                switch key.use {
                case .file(let path): Key(key: key.name, path: path, variable: nil)
                case .variable(let name): Key(key: key.name, path: nil, variable: name)
                }
            }
            warnings = manifests.warnings
        }
    }
}
