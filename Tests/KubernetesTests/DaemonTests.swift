import JobModel
import Testing

@testable import Kubernetes

@Suite struct `the daemon in a pod` {
    private static let text = Rendering.jobFile(
        "schedule = \"0 2 * * *\"\nconflicts_with = [\"kind:verify\"]", more: Rendering.proof)

    private func manifests(_ change: @escaping (inout RenderRequest) -> Void = { _ in }) throws -> Manifests {
        try Rendering.manifests(Self.text) { request in
            request.shape = .daemon
            change(&request)
        }
    }

    @Test func `is one, and ends before another begins`() throws {
        let spec = try Rendering.document("Deployment", in: manifests())["spec"]
        #expect(spec?["replicas"] == 1)
        #expect(spec?["strategy"]?["type"] == "Recreate")
        #expect(spec?["template"]?["spec"]?["terminationGracePeriodSeconds"] == 90)
    }

    @Test func `keeps its history on a claim`() throws {
        let manifests = try manifests()
        _ = try Rendering.document("PersistentVolumeClaim", named: "dbops-history", in: manifests)
        let pod = try Rendering.document("Deployment", in: manifests)["spec"]?["template"]?["spec"]
        #expect(
            pod?["volumes"]?.element(named: "history")?["persistentVolumeClaim"]?["claimName"] == "dbops-history")
    }

    @Test func `is asked only where others reach it`() throws {
        let silent = try manifests()
        #expect(
            silent.files.map(\.name) == [
                "config.yaml", "service-account.yaml", "volumes.yaml", "daemon.yaml", "network-policy.yaml",
            ])
        #expect(silent.warnings.contains { $0.contains("listen = \"0.0.0.0:8432\"") })

        let open = try manifests { request in
            request.daemonPort = 9_000
            request.secrets.append(.init(path: ["daemon", "token_file"], reference: .file(path: "/run/secrets/token")))
        }
        let container = try Rendering.document("Deployment", in: open)["spec"]?["template"]?["spec"]?["containers"]
        #expect(container?.elements.first?["livenessProbe"]?["httpGet"]?["path"] == "/healthz")
        #expect(container?.elements.first?["readinessProbe"]?["httpGet"]?["path"] == "/readyz")
        #expect(
            try Rendering.document("Service", in: open)["spec"]?["ports"]?.element(named: "http")?["port"] == 9_000)
        let endpoint = try Rendering.document("ServiceMonitor", in: open)["spec"]?["endpoints"]?.elements.first
        #expect(endpoint?["authorization"]?["credentials"]?["key"] == "token")
        #expect(endpoint?["honorLabels"] == true)
        #expect(endpoint?["relabelings"] == [["targetLabel": "job", "replacement": "dbops"]])
        #expect(!open.warnings.contains { $0.contains("listen") })
    }

    @Test func `is asked nothing where each run is a pod of its own`() throws {
        let runs = try Rendering.manifests(Rendering.jobFile("schedule = \"0 2 * * *\"")) { request in
            request.shape = .cronJobs
            request.daemonPort = 9_000
        }
        #expect(!runs.files.contains { $0.name == "monitoring.yaml" })
        #expect(try Rendering.document("NetworkPolicy", in: runs)["spec"]?["ingress"]?.elements.isEmpty == true)
    }

    @Test func `is another pod when the job file is another`() throws {
        func mark(_ manifests: Manifests) throws -> YAML? {
            try Rendering.document("Deployment", in: manifests)["spec"]?["template"]?["metadata"]?["annotations"]?[
                "dbops/job-file"]
        }
        let first = try mark(manifests())
        #expect(try mark(manifests()) == first)
        #expect(try mark(manifests { $0.jobFile += "# more\n" }) != first)
        #expect(try mark(manifests { $0.files = ["/etc/dbops/a.sql": "SELECT 1"] }) != first)
    }

    @Test func `takes alert rules over`() throws {
        let manifests = try manifests { $0.alertRules = [.init(name: "backups", text: "groups:\n- name: dbops\n")] }
        let text = try #require(manifests.files.first { $0.name == "monitoring.yaml" }?.text)
        #expect(text.contains("kind: PrometheusRule\nmetadata:\n  name: dbops-backups\n"))
        #expect(text.hasSuffix("spec:\n  groups:\n  - name: dbops\n"))
    }

    @Test func `may have what CronJobs cannot`() throws {
        #expect(throws: RenderError.self) { try Rendering.manifests(Self.text) }
        _ = try manifests()
    }
}
