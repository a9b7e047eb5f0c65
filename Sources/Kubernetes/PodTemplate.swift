import JobModel

/// A pod that runs dbops: as nobody special, on a root that is read only, with the secrets that it needs.
struct PodTemplate {
    let request: RenderRequest
    let secrets: SecretLayout

    /// Of the user in the image.
    static let user = 10_001
    /// Read by the owner and the group alone.
    private static let secretMode = 0o440

    /// What differs from pod to pod.
    struct Kind {
        let component: String
        let arguments: [YAML]
        let needs: JobNeeds
        /// Nil where the pod runs all that the job file says.
        let tables: Set<[String]>?
        let resources: Resources
        /// Between SIGTERM and SIGKILL.
        let gracePeriodInSeconds: Int
        var restartPolicy = "Never"
        /// Variables beside those of secrets.
        var variables: [YAML] = []
        /// The container's probes and ports.
        var front: KeyValuePairs<String, YAML?> = [:]
        var annotations: [String: String] = [:]
    }

    func yaml(_ kind: Kind) -> YAML {
        let labels = request.labels.adding(["app.kubernetes.io/component": .text(kind.component)])
        let keys = secrets.keys(for: kind.tables)
        let (volumes, mounts) = Volumes(request: request).volumes(for: kind.needs)
        let files = ConfigMap.files(of: request)
        let spec: YAML = [
            "serviceAccountName": .text(request.name), "automountServiceAccountToken": false,
            "enableServiceLinks": false, "restartPolicy": .text(kind.restartPolicy),
            "terminationGracePeriodSeconds": .number(kind.gracePeriodInSeconds), "securityContext": Self.podSecurity,
        ]
        return [
            "metadata": ["labels": labels, "annotations": .texts(kind.annotations)],
            "spec": spec.adding([
                "imagePullSecrets": request.pullSecret.map { [["name": .text($0)]] },
                "containers": [container(kind, keys, mounts: mounts + jobFileMounts(files) + secretMounts(keys))],
                "volumes": .list(volumes + [jobFileVolume] + secretVolume(keys)),
            ]),
        ]
    }

    private static let podSecurity: YAML = [
        "runAsNonRoot": true, "runAsUser": .number(user), "runAsGroup": .number(user), "fsGroup": .number(user),
        "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": ["type": "RuntimeDefault"],
    ]

    private static let containerSecurity: YAML = [
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
    ]

    private func container(_ kind: Kind, _ keys: [SecretLayout.Key], mounts: [YAML]) -> YAML {
        let container: YAML = [
            "name": "dbops", "image": .text(request.image), "args": .list(kind.arguments),
            "env": .list(kind.variables + variables(keys)),
        ]
        return container.adding(kind.front).adding([
            "resources": kind.resources.yaml, "securityContext": Self.containerSecurity, "volumeMounts": .list(mounts),
        ])
    }

    private func variables(_ keys: [SecretLayout.Key]) -> [YAML] {
        var variables: [YAML] = [
            ["name": "DBOPS_CONFIG", "value": .text(RenderRequest.jobFilePath)], ["name": "HOME", "value": "/tmp"],
        ]
        for key in keys {
            switch key.use {
            case .variable(let name):
                let reference: YAML = ["name": .text(secrets.name), "key": .text(key.name)]
                let source = reference.adding(["optional": key.isOptional ? true : nil])
                variables.append(["name": .text(name), "valueFrom": ["secretKeyRef": source]])
            case .file(path: SecretLayout.credentialsPath):
                variables.append([
                    "name": "AWS_SHARED_CREDENTIALS_FILE", "value": .text(SecretLayout.credentialsPath),
                ])
            case .file: break
            }
        }
        return variables
    }

    // MARK: - Files

    // Each file is mounted by itself: a volume over a whole folder such as /run/secrets would hide, or could not hold,
    // what others mount below it.

    private func jobFileMounts(_ files: [(key: String, path: String, text: String)]) -> [YAML] {
        let all = [(key: "dbops.toml", path: RenderRequest.jobFilePath)] + files.map { (key: $0.key, path: $0.path) }
        return all.map { file in
            [
                "name": "job-file", "mountPath": .text(file.path), "subPath": .text(file.key), "readOnly": true,
            ]
        }
    }

    private var jobFileVolume: YAML { ["name": "job-file", "configMap": ["name": .text(ConfigMap.name(request))]] }

    private func secretMounts(_ keys: [SecretLayout.Key]) -> [YAML] {
        keys.compactMap { key in
            guard case .file(let path) = key.use else { return nil }
            return ["name": "secrets", "mountPath": .text(path), "subPath": .text(key.name), "readOnly": true]
        }
    }

    private func secretVolume(_ keys: [SecretLayout.Key]) -> [YAML] {
        let items = keys.compactMap { key -> YAML? in
            guard case .file = key.use else { return nil }
            return ["key": .text(key.name), "path": .text(key.name)]
        }
        guard !items.isEmpty else { return [] }
        return [
            [
                "name": "secrets",
                "secret": [
                    "secretName": .text(secrets.name), "defaultMode": .number(Self.secretMode), "items": .list(items),
                ],
            ]
        ]
    }
}
