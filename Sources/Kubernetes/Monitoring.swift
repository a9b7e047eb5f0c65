/// What the Prometheus Operator is told. Source: its API, monitoring.coreos.com/v1.
struct Monitoring {
    let request: RenderRequest
    let secrets: SecretLayout

    var documents: [YAML] {
        (request.port == nil ? [] : [serviceMonitor]) + request.alertRules.map(prometheusRule)
    }

    private var serviceMonitor: YAML {
        // Without honorLabels our label "job" would become exported_job, and with it the alert rules would be silent; they
        // also look for the daemon as the job "dbops", whatever the Service is called.
        let endpoint: YAML = [
            "port": "http", "path": "/metrics", "interval": "30s", "honorLabels": true,
            "relabelings": [["targetLabel": "job", "replacement": "dbops"]],
        ]
        return request.resource("monitoring.coreos.com/v1", "ServiceMonitor", named: request.name).adding([
            "spec": [
                "selector": ["matchLabels": request.selector],
                "endpoints": [endpoint.adding(["authorization": authorization])],
            ]
        ])
    }

    /// By the token that the daemon wants of everybody.
    private var authorization: YAML? {
        guard let key = secrets.keys.first(where: { $0.isToken }) else { return nil }
        return ["type": "Bearer", "credentials": ["name": .text(secrets.name), "key": .text(key.name)]]
    }

    private func prometheusRule(_ rules: RenderRequest.AlertRules) -> YAML {
        let name = ResourceName.joining(request.name, rules.name, limit: 63)
        return request.resource("monitoring.coreos.com/v1", "PrometheusRule", named: name).adding([
            "spec": .verbatim(rules.text)
        ])
    }
}

extension SecretLayout.Key {
    /// Whether it is what the daemon's page asks for.
    fileprivate var isToken: Bool {
        paths.contains { $0 == ["daemon", "token_file"] || $0 == ["daemon", "token_env"] }
    }
}
