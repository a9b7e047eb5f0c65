import JobModel
import Testing

@testable import Kubernetes

@Suite struct `a pod` {
    private static let text = """
        [daemon]
        state = "postgresql://db/history"
        state_password_file = "/run/secrets/state"
        [databases.shop]
        url = "postgresql://db/shop"
        password_file = "/run/secrets/shop"
        [databases.crm]
        url = "postgresql://db/crm"
        password_env = "CRM_PASSWORD"
        [stores.offsite]
        url = "s3://acme/prod"
        [stores.shelf]
        url = "file:///srv/shelf"
        [jobs.nightly]
        kind = "backup"
        database = "shop"
        stores = ["offsite", "shelf"]
        schedule = "0 2 * * *"
        [jobs.crm]
        kind = "maintain"
        database = "crm"
        schedule = "0 3 * * *"
        """

    private func container(_ name: String, _ text: String = text) throws -> YAML {
        let pod = try Rendering.pod(ofCronJob: name, in: Rendering.manifests(text))
        return try #require(pod["containers"]?.elements.first)
    }

    @Test func `is nobody special, on a root that is read only`() throws {
        let pod = try Rendering.pod(ofCronJob: "dbops-nightly", in: Rendering.manifests(Self.text))
        #expect(pod["securityContext"]?["runAsNonRoot"] == true)
        #expect(pod["securityContext"]?["seccompProfile"]?["type"] == "RuntimeDefault")
        #expect(pod["automountServiceAccountToken"] == false)
        let security = try container("dbops-nightly")["securityContext"]
        #expect(security?["readOnlyRootFilesystem"] == true)
        #expect(security?["allowPrivilegeEscalation"] == false)
        #expect(security?["capabilities"]?["drop"] == ["ALL"])
    }

    @Test func `gets the secrets of its own jobs and no others`() throws {
        func secrets(_ name: String) throws -> (files: [String], variables: [String]) {
            let container = try container(name)
            return (
                (container["volumeMounts"]?.elements ?? []).filter { $0["name"] == "secrets" }
                    .compactMap { $0["mountPath"]?.string },
                (container["env"]?.elements ?? []).filter { $0["valueFrom"]?["secretKeyRef"] != nil }
                    .compactMap { $0["name"]?.string }
            )
        }
        let (files, variables) = try secrets("dbops-nightly")
        #expect(files == ["/run/secrets/state", "/run/secrets/shop"])
        #expect(variables == ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
        let (others, otherVariables) = try secrets("dbops-crm")
        #expect(others == ["/run/secrets/state"])
        #expect(otherVariables == ["CRM_PASSWORD"])
    }

    @Test func `of a CronJob never gets the daemon's token`() throws {
        let token = RenderRequest.NamedSecret(
            path: ["daemon", "token_file"], reference: .file(path: "/run/secrets/token"))
        let manifests = try Rendering.manifests(Self.text) { $0.secrets.append(token) }
        let pod = try Rendering.pod(ofCronJob: "dbops-nightly", in: manifests)
        let mounts = pod["containers"]?.elements.first?["volumeMounts"]?.elements ?? []
        #expect(!mounts.contains { $0["mountPath"] == "/run/secrets/token" })
    }

    @Test func `finds each store that is a folder on a claim`() throws {
        let manifests = try Rendering.manifests(Self.text)
        let claim = try Rendering.document("PersistentVolumeClaim", named: "dbops-store-shelf", in: manifests)
        #expect(claim["spec"]?["resources"]?["requests"]?["storage"] == "20Gi")
        let mounts = try container("dbops-nightly")["volumeMounts"]
        #expect(mounts?.element(named: "store-1")?["mountPath"] == "/srv/shelf")
        #expect(try container("dbops-crm")["volumeMounts"]?.element(named: "store-1") == nil)
    }

    @Test func `reads the files of statements beside the job file`() throws {
        let text =
            Self.text + """

                [jobs.refresh]
                kind = "sql"
                database = "crm"
                file = "sql/refresh.sql"
                schedule = "0 4 * * *"
                """
        let manifests = try Rendering.manifests(text) { $0.files = ["/etc/dbops/sql/refresh.sql": "SELECT 1;\n"] }
        let data = try Rendering.document("ConfigMap", in: manifests)["data"]
        #expect(data?["dbops.toml"] == .text(text))
        #expect(data?["file-1.sql"] == "SELECT 1;\n")
        let pod = try Rendering.pod(ofCronJob: "dbops-refresh", in: manifests)
        let mounts = pod["containers"]?.elements.first?["volumeMounts"]?.elements ?? []
        #expect(mounts.contains { $0["mountPath"] == "/etc/dbops/sql/refresh.sql" && $0["subPath"] == "file-1.sql" })
    }

    @Test func `gets certificates that a connection string names`() throws {
        let manifests = try Rendering.manifests(Self.text) { request in
            request.endpoints = [
                .init(table: ["databases", "shop"], ports: [6_543], files: ["/run/secrets/ca.crt"], isSocket: false)
            ]
        }
        #expect(manifests.secretKeys.contains { $0.name == "ca.crt" && $0.use == .file(path: "/run/secrets/ca.crt") })
        let policy = try Rendering.document("NetworkPolicy", in: manifests)["spec"]
        let ports = (policy?["egress"]?.elements ?? []).flatMap { $0["ports"]?.elements ?? [] }.compactMap {
            $0["port"]
        }
        #expect(ports == [53, 53, 443, 6_543])
    }

    @Test func `finds two secrets of the same file name by different keys`() throws {
        let text = Self.text.replacing("password_env = \"CRM_PASSWORD\"", with: "password_file = \"/run/crm/shop\"")
        let keys = try Rendering.manifests(text).secretKeys.map(\.name)
        #expect(keys.contains("run-secrets-shop"))
        #expect(keys.contains("run-crm-shop"))
    }

    @Test(arguments: [
        ("", 192, 640), ("workers = 16", 320, 896), ("compression = \"libdeflate:10\"", 224, 704),
    ])
    func `asks for the memory that a backup takes`(keys: String, request: Int, limit: Int) throws {
        let text = Rendering.jobFile("schedule = \"0 2 * * *\"\n\(keys)")
        let resources = try container("dbops-nightly", text)["resources"]
        #expect(resources?["requests"]?["memory"] == .text("\(request)Mi"))
        #expect(resources?["limits"]?["memory"] == .text("\(limit)Mi"))
    }

    @Test(arguments: [
        ("", 443), ("endpoint = \"https://s3.example.com\"", 443),
        ("endpoint = \"https://s3.example.com:9000/\"", 9_000),
        ("endpoint = \"http://localhost\"", 80), ("endpoint = \"https://[::1]\"", 443),
        ("endpoint = \"https://[::1]:9000\"", 9_000),
    ])
    func `may reach the port of its store`(key: String, port: Int) throws {
        let text = Self.text.replacing("url = \"s3://acme/prod\"", with: "url = \"s3://acme/prod\"\n\(key)")
        #expect(try OutgoingPorts(Rendering.request(text)).all == [port])
    }

    @Test func `proves backups on a volume of its own, where one is asked for`() throws {
        let text = Rendering.jobFile(
            "schedule = \"0 2 * * *\"",
            more: "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\nschedule = \"0 5 * * *\"")
        let manifests = try Rendering.manifests(text) { $0.scratchSize = "200Gi" }
        func tmp(_ name: String) throws -> YAML? {
            try Rendering.pod(ofCronJob: name, in: manifests)["volumes"]?.element(named: "tmp")
        }
        let claim = try tmp("dbops-prove")?["ephemeral"]?["volumeClaimTemplate"]?["spec"]
        #expect(claim?["resources"]?["requests"]?["storage"] == "200Gi")
        #expect(try tmp("dbops-nightly")?["emptyDir"] == [:])
    }
}
