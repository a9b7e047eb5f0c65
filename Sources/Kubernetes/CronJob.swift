import JobModel

/// A chain of jobs as a CronJob: each firing is a Job whose pod runs the chain once.
struct CronJob {
    let request: RenderRequest
    let pods: PodTemplate
    let chain: JobChain
    let form: CronForm

    init(request: RenderRequest, pods: PodTemplate, chain: JobChain) throws(NoCronForm) {
        self.request = request
        self.pods = pods
        self.chain = chain
        form = try CronForm(chain.first)
    }

    private var job: Job { chain.first }

    var document: YAML {
        let spec: YAML = [
            "schedule": .text(form.schedule), "timeZone": .text(form.timeZone),
            "concurrencyPolicy": .text(concurrencyPolicy),
        ]
        return request.resource(
            "batch/v1", "CronJob", named: ResourceName.joining(request.name, job.name),
            annotations: ["dbops/job": job.name]
        ).adding([
            "spec": spec.adding([
                "startingDeadlineSeconds": startingDeadlineInSeconds.map { .number($0) },
                "suspend": job.isPaused || form.isByHand ? true : nil, "successfulJobsHistoryLimit": 3,
                "failedJobsHistoryLimit": 3,
                "jobTemplate": [
                    "metadata": ["labels": request.labels, "annotations": ["dbops/job": .text(job.name)]],
                    "spec": jobSpec,
                ],
            ])
        ])
    }

    private var concurrencyPolicy: String {
        switch job.overlap {
        case .skip, .queue: "Forbid"
        case .replace: "Replace"
        case .allow: "Allow"
        }
    }

    /// A firing that is noticed later starts nothing. Kubernetes notices each within ten seconds.
    private var startingDeadlineInSeconds: Int? {
        let ofCatchUp: Duration?
        switch job.misfire.catchUp {
        case .one, .all: ofCatchUp = job.misfire.within
        case .none: ofCatchUp = request.configuration.daemon.grace
        }
        // A paused job that goes on must not start with what was due meanwhile.
        let all = [ofCatchUp, job.window, job.isPaused || form.isByHand ? .seconds(60) : nil].compactMap { $0 }
        return all.min().map { max(30, Int(clamping: $0.components.seconds)) }
    }

    // MARK: - The Job

    private var jobSpec: YAML {
        let spec: YAML = [
            "backoffLimit": 3, "podReplacementPolicy": "Failed", "podFailurePolicy": PodFailurePolicy.yaml,
        ]
        return spec.adding([
            "activeDeadlineSeconds": activeDeadlineInSeconds.map { .number($0) }, "template": pods.yaml(podKind),
        ])
    }

    /// dbops ends what takes too long by itself, and cleans up; this is for a pod that does not even do that.
    private var activeDeadlineInSeconds: Int? {
        let timeouts = chain.jobs.compactMap(\.timeout)
        guard timeouts.count == chain.jobs.count else { return nil }
        let seconds = timeouts.reduce(form.offset) { $0 + $1 }.components.seconds
        return Int(clamping: seconds) + 900
    }

    private var podKind: PodTemplate.Kind {
        let needs = JobNeeds(of: chain.jobs, in: request.configuration)
        let arguments: [YAML] = ["run", .text(job.name), "--cronjob-run", "$(JOB_NAME)"]
        return PodTemplate.Kind(
            component: ResourceName.joining("job", job.name, limit: 63),
            arguments: arguments + (chain.followers.isEmpty ? [] : ["--chain"]), needs: needs, tables: needs.tables,
            resources: Resources(ofEach: chain.jobs, in: request.configuration), gracePeriodInSeconds: 120,
            variables: [
                // The instant that was due is the end of the Job's name; its annotation is not to be had in a pod.
                [
                    "name": "JOB_NAME",
                    "valueFrom": ["fieldRef": ["fieldPath": "metadata.labels['batch.kubernetes.io/job-name']"]],
                ]
            ],
            annotations: ["cluster-autoscaler.kubernetes.io/safe-to-evict": "false", "dbops/job": job.name])
    }
}
