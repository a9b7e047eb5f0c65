import JobModel
import Testing

@testable import Kubernetes

@Suite struct `a CronJob` {
    private func spec(_ keys: String, more: String = "") throws -> YAML {
        let manifests = try Rendering.manifests(Rendering.jobFile(keys, more: more))
        return try #require(try Rendering.document("CronJob", named: "dbops-nightly", in: manifests)["spec"])
    }

    @Test(arguments: [
        ("overlap = \"skip\"", "Forbid"), ("overlap = \"queue\"", "Forbid"), ("overlap = \"replace\"", "Replace"),
        ("overlap = \"allow\"", "Allow"),
    ])
    func `does as the overlap says`(key: String, policy: String) throws {
        #expect(try spec("schedule = \"0 2 * * *\"\n\(key)")["concurrencyPolicy"] == .text(policy))
    }

    @Test(
        arguments: [
            ("", nil as Int?), ("catch_up = \"none\"", 60), ("catch_up_within = \"12h\"", 43_200),
            ("window = \"3h\"", 10_800),
            ("catch_up_within = \"12h\"\nwindow = \"3h\"", 10_800), ("paused = true", 60), ("window = \"1s\"", 30),
        ] as [(String, Int?)])
    func `starts nothing that is older than the job allows`(keys: String, seconds: Int?) throws {
        let found = try spec("schedule = \"0 2 * * *\"\n\(keys)")["startingDeadlineSeconds"]
        #expect(found == seconds.map { .number($0) })
    }

    @Test func `is suspended while the job is paused, or runs by hand only`() throws {
        #expect(try spec("schedule = \"0 2 * * *\"")["suspend"] == nil)
        #expect(try spec("schedule = \"0 2 * * *\"\npaused = true")["suspend"] == true)
        #expect(try spec("")["suspend"] == true)
    }

    @Test func `runs what follows in the same pod, with what all of it needs`() throws {
        let text = Rendering.jobFile(
            "schedule = \"0 2 * * *\"",
            more: """
                [jobs.prove]
                kind = "verify"
                of = "nightly"
                after = "nightly"
                notify = ["ops"]
                [notifiers.ops]
                kind = "slack"
                url_env = "OPS_URL"
                """)
        let manifests = try Rendering.manifests(text)
        let pod = try Rendering.pod(ofCronJob: "dbops-nightly", in: manifests)
        let container = try #require(pod["containers"]?.elements.first)
        #expect(
            container["args"]?.elements.compactMap(\.string) == [
                "run", "nightly", "--cronjob-run", "$(JOB_NAME)", "--chain",
            ])
        #expect(container["env"]?.element(named: "OPS_URL") != nil)
        #expect(container["volumeMounts"]?.element(named: "shm")?["mountPath"] == "/dev/shm")
        #expect(container["resources"]?["limits"]?["memory"] == "2048Mi")
    }

    @Test func `has a deadline beyond all timeouts, where each job has one`() throws {
        #expect(try spec("schedule = \"0 2 * * *\"")["jobTemplate"]?["spec"]?["activeDeadlineSeconds"] == nil)
        let limited = try spec("schedule = \"0 2 * * *\"\ntimeout = \"1h\"")
        #expect(limited["jobTemplate"]?["spec"]?["activeDeadlineSeconds"] == 4_500)
    }

    @Test func `gets another pod only for what dbops did not end by itself`() throws {
        let job = try #require(try spec("schedule = \"0 2 * * *\"")["jobTemplate"]?["spec"])
        let rules = job["podFailurePolicy"]?["rules"]?.elements ?? []
        #expect(rules.map { $0["action"] } == ["Ignore", "FailJob"])
        #expect(rules.first?["onPodConditions"]?.elements.first?["type"] == "DisruptionTarget")
        #expect(job["podReplacementPolicy"] == "Failed")
        #expect(job["template"]?["spec"]?["restartPolicy"] == "Never")
    }

    @Test func `knows the instant by its Job's name`() throws {
        let pod = try Rendering.pod(
            ofCronJob: "dbops-nightly", in: Rendering.manifests(Rendering.jobFile("schedule = \"0 2 * * *\"")))
        let variable = pod["containers"]?.elements.first?["env"]?.element(named: "JOB_NAME")
        #expect(
            variable?["valueFrom"]?["fieldRef"]?["fieldPath"] == "metadata.labels['batch.kubernetes.io/job-name']")
    }
}
