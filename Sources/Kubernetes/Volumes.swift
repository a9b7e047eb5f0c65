import JobModel

/// Where a pod can write, and what lasts longer than it.
struct Volumes {
    let request: RenderRequest

    /// A folder of this machine that a store, or the daemon's history, has.
    private struct Claim {
        let name: String
        let path: String
    }

    private func claim(ofStore name: String) -> Claim? {
        guard case .directory(let path)? = request.configuration.store(named: name)?.location else { return nil }
        return Claim(name: ResourceName.joining("\(request.name)-store", name), path: path)
    }

    private var historyPath: String? {
        guard case .directory(let path) = request.configuration.daemon.state else { return nil }
        return path
    }

    private var historyClaim: Claim? {
        guard request.shape == .daemon, let historyPath else { return nil }
        return Claim(name: "\(request.name)-history", path: historyPath)
    }

    /// PersistentVolumeClaims.
    var claims: [YAML] {
        let stores = request.configuration.stores.compactMap { claim(ofStore: $0.name) }
        return (stores.map { ($0, request.volumeSize) } + (historyClaim.map { [($0, "1Gi")] } ?? [])).map {
            claim, size in
            request.resource("v1", "PersistentVolumeClaim", named: claim.name).adding([
                "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .text(size)]]]
            ])
        }
    }

    /// The volumes of a pod with these needs, and where its container finds them.
    func volumes(for needs: JobNeeds) -> (volumes: [YAML], mounts: [YAML]) {
        var volumes = [Self.volume("tmp", scratch(needs))]
        var mounts: [YAML] = [["name": "tmp", "mountPath": "/tmp"]]
        if let historyPath {
            volumes.append(Self.volume("history", historyClaim.map { Self.persistent($0.name) } ?? ["emptyDir": [:]]))
            mounts.append(["name": "history", "mountPath": .text(historyPath)])
        }
        if needs.makesClusters {
            // A server's parallel workers share more than the 64 MiB that a container has.
            volumes.append(Self.volume("shm", ["emptyDir": ["medium": "Memory", "sizeLimit": "256Mi"]]))
            mounts.append(["name": "shm", "mountPath": "/dev/shm"])
        }
        for (index, claim) in needs.stores.compactMap(claim(ofStore:)).enumerated() {
            volumes.append(Self.volume("store-\(index + 1)", Self.persistent(claim.name)))
            mounts.append(["name": "store-\(index + 1)", "mountPath": .text(claim.path)])
        }
        return (volumes, mounts)
    }

    /// Where temporary files are, among them whole databases while they are proven.
    private func scratch(_ needs: JobNeeds) -> YAML {
        guard needs.makesClusters, let size = request.scratchSize else { return ["emptyDir": [:]] }
        return Self.ephemeral(size)
    }

    private static func volume(_ name: String, _ place: YAML) -> YAML {
        guard case .table(let entries) = place else { return place }
        return .table([YAML.Entry(key: "name", value: .text(name))] + entries)
    }

    private static func persistent(_ claim: String) -> YAML {
        ["persistentVolumeClaim": ["claimName": .text(claim)]]
    }

    private static func ephemeral(_ size: String) -> YAML {
        [
            "ephemeral": [
                "volumeClaimTemplate": [
                    "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .text(size)]]]
                ]
            ]
        ]
    }
}
