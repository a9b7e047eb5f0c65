import JobModel

/// The daemon in one pod, and how it is reached.
struct Daemon {
    let request: RenderRequest
    let pods: PodTemplate

    var documents: [YAML] { [deployment] + (request.port.map { [service($0)] } ?? []) }

    private var deployment: YAML {
        request.resource("apps/v1", "Deployment", named: request.name).adding([
            "spec": [
                // Two daemons of one history would share the work; two of one volume could not start.
                "replicas": 1, "strategy": ["type": "Recreate"],
                "selector": ["matchLabels": request.selector],
                "template": pods.yaml(podKind),
            ]
        ])
    }

    private var podKind: PodTemplate.Kind {
        let configuration = request.configuration
        let shutdown = Int(clamping: configuration.daemon.shutdownGrace.components.seconds)
        return PodTemplate.Kind(
            component: "daemon", arguments: ["daemon"], needs: JobNeeds(of: configuration.jobs, in: configuration),
            tables: nil, resources: Resources(ofDaemonFor: configuration), gracePeriodInSeconds: shutdown + 60,
            restartPolicy: "Always",
            front: [
                "ports": request.port.map(ports), "startupProbe": probe("/healthz", failures: 60),
                "livenessProbe": probe("/healthz", failures: 6), "readinessProbe": probe("/readyz", failures: 3),
            ],
            annotations: [
                "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
                // Another job file is another pod: what is mounted file by file is not renewed in a pod that lives.
                "dbops/job-file": request.hashOfJobFile,
            ])
    }

    private func ports(_ port: Int) -> YAML { [["name": "http", "containerPort": .number(port)]] }

    private func probe(_ path: String, failures: Int) -> YAML? {
        guard request.port != nil else { return nil }
        return [
            "httpGet": ["path": .text(path), "port": "http"], "periodSeconds": 10, "timeoutSeconds": 5,
            "failureThreshold": .number(failures),
        ]
    }

    private func service(_ port: Int) -> YAML {
        request.resource("v1", "Service", named: request.name).adding([
            "spec": [
                "selector": request.selector,
                "ports": [["name": "http", "port": .number(port), "targetPort": "http"]],
            ]
        ])
    }
}
