import JobModel

/// What is given to Kubernetes, as files.
package struct Manifests: Sendable, Equatable {
    /// A file with its documents.
    package struct File: Sendable, Equatable {
        package let name: String
        package let documents: [YAML]

        /// The documents, with lines between them.
        package var text: String {
            documents.map { YAMLWriter.text(of: $0) }.joined(separator: "---\n")
        }
    }

    /// In the order in which they are applied, without ``kustomization``.
    package let files: [File]
    /// Names the files, so that an operator's own kustomization can build on them.
    package let kustomization: File
    /// What is in force although Kubernetes does it another way than the daemon would; sentences.
    package let warnings: [String]
    /// The keys that the Secret must have, each with what it is for.
    package let secretKeys: [SecretLayout.Key]
    package let secretName: String

    /// All files as one text.
    package var text: String {
        files.map(\.text).joined(separator: "---\n")
    }

    /// Throws a ``RenderError`` with all that has no form there.
    package init(rendering request: RenderRequest) throws(RenderError) {
        let reasons = Refusals(request).reasons
        guard reasons.isEmpty else { throw RenderError(reasons: reasons) }
        let layout = SecretLayout(request)
        let pods = PodTemplate(request: request, secrets: layout)
        let access = Access(request: request)
        var files = [
            File(name: "config.yaml", documents: [ConfigMap(request: request).document]),
            File(name: "service-account.yaml", documents: [access.serviceAccount]),
        ]
        let claims = Volumes(request: request).claims
        if !claims.isEmpty { files.append(File(name: "volumes.yaml", documents: claims)) }
        switch request.shape {
        case .cronJobs:
            let jobs = JobChain.all(of: request.configuration).compactMap { chain in
                try? CronJob(request: request, pods: pods, chain: chain).document
            }
            files.append(File(name: "cronjobs.yaml", documents: jobs))
        case .daemon:
            files.append(File(name: "daemon.yaml", documents: Daemon(request: request, pods: pods).documents))
        }
        files.append(File(name: "network-policy.yaml", documents: [access.networkPolicy]))
        let monitoring = Monitoring(request: request, secrets: layout).documents
        if !monitoring.isEmpty { files.append(File(name: "monitoring.yaml", documents: monitoring)) }
        self.files = files
        kustomization = Self.kustomization(of: files)
        warnings = Warnings(request).sentences
        secretKeys = layout.keys
        secretName = layout.name
    }

    private static func kustomization(of files: [File]) -> File {
        File(
            name: "kustomization.yaml",
            documents: [
                [
                    "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
                    "resources": .list(files.map { .text($0.name) }),
                ]
            ])
    }
}
