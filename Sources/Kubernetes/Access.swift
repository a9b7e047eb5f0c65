import JobModel

/// Who the pods are, and whom they may talk to.
struct Access {
    let request: RenderRequest

    /// The pods ask nothing of Kubernetes. Annotations are for clouds, which give an identity by them.
    var serviceAccount: YAML {
        request.resource(
            "v1", "ServiceAccount", named: request.name, annotations: request.accountAnnotations
        ).adding(["automountServiceAccountToken": false])
    }

    /// Names are asked for, and the ports of what the job file names may be reached, wherever those are. Nobody may reach
    /// the pods but Prometheus the daemon; the kubelet's probes are never kept out.
    var networkPolicy: YAML {
        let ports = OutgoingPorts(request).all
        let names: YAML = [
            "ports": [["protocol": "UDP", "port": 53], ["protocol": "TCP", "port": 53]]
        ]
        let servers: YAML = [
            "ports": .list(ports.map { ["protocol": "TCP", "port": .number($0)] })
        ]
        return request.resource("networking.k8s.io/v1", "NetworkPolicy", named: request.name).adding([
            "spec": [
                "podSelector": ["matchLabels": request.selector], "policyTypes": ["Ingress", "Egress"],
                "ingress": .list(request.port.map { [ingress($0)] } ?? []),
                "egress": .list([names] + (ports.isEmpty ? [] : [servers])),
            ]
        ])
    }

    private func ingress(_ port: Int) -> YAML {
        [
            "from": [
                [
                    "namespaceSelector": [
                        "matchLabels": ["kubernetes.io/metadata.name": .text(request.monitoringNamespace)]
                    ]
                ]
            ],
            "ports": [["protocol": "TCP", "port": .number(port)]],
        ]
    }
}

/// The ports of databases, stores and notifiers.
struct OutgoingPorts {
    let all: [Int]

    init(_ request: RenderRequest) {
        var ports = Set(request.endpoints.flatMap(\.ports))
        for store in request.configuration.stores {
            guard case .s3(let place) = store.location else { continue }
            ports.insert(Self.port(ofURL: place.endpoint ?? "https://"))
        }
        for notifier in request.configuration.notifiers {
            switch notifier.kind {
            case .email(let mail): ports.insert(mail.port)
            // Where to is a secret.
            case .webhook, .slack, .healthchecks: ports.insert(443)
            }
        }
        all = ports.sorted()
    }

    /// Of `https://HOST:PORT`.
    private static func port(ofURL url: String) -> Int {
        if let match = url.firstMatch(of: /:([0-9]+)\/?$/), let port = Int(match.1) { return port }
        return url.hasPrefix("http://") ? 80 : 443
    }
}
