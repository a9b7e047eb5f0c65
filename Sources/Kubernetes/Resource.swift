/// What every resource has.
extension RenderRequest {
    /// On all that belongs to this installation.
    var labels: YAML {
        [
            "app.kubernetes.io/name": "dbops", "app.kubernetes.io/instance": .text(name),
            "app.kubernetes.io/managed-by": "dbops-render",
        ]
    }

    /// What finds this installation's pods.
    var selector: YAML { ["app.kubernetes.io/name": "dbops", "app.kubernetes.io/instance": .text(name)] }

    /// A resource's first keys.
    func resource(
        _ apiVersion: String, _ kind: String, named name: String, annotations: [String: String] = [:]
    ) -> YAML {
        let metadata: YAML = ["name": .text(name)]
        return [
            "apiVersion": .text(apiVersion), "kind": .text(kind),
            "metadata": metadata.adding([
                "namespace": namespace.map { .text($0) }, "labels": labels,
                "annotations": annotations.isEmpty ? nil : .texts(annotations),
            ]),
        ]
    }
}

extension YAML {
    /// A table of texts, by the names' order.
    static func texts(_ texts: [String: String]) -> YAML {
        .table(texts.sorted { $0.key < $1.key }.map { Entry(key: $0.key, value: .text($0.value)) })
    }
}
