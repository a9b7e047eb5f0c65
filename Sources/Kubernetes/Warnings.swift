import JobModel

/// What works another way than the job file's words would under the daemon.
struct Warnings {
    private(set) var sentences: [String] = []

    init(_ request: RenderRequest) {
        switch request.shape {
        case .cronJobs: addThoseOfCronJobs(request)
        case .daemon: addThoseOfDaemon(request)
        }
        if request.configuration.stores.contains(where: { if case .directory = $0.location { true } else { false } }) {
            sentences.append(
                "A store is a folder: its claim is ReadWriteOnce, so pods that use it at the same time must be on one "
                    + "node.")
        }
        if !request.accountAnnotations.isEmpty {
            sentences.append(
                "The ServiceAccount has the annotations, but this version signs with access keys: stores still need "
                    + "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a shared credentials file.")
        }
    }

    private mutating func addThoseOfCronJobs(_ request: RenderRequest) {
        let configuration = request.configuration
        if case .directory = configuration.daemon.state {
            sentences.append(
                "The history is a folder, which each pod begins anew: runs are not remembered, and nothing keeps an "
                    + "instant from running twice. Set state to a postgresql:// URL.")
        }
        let watched = configuration.jobs.filter { $0.alertAfter != nil }.map(\.name)
        if !watched.isEmpty {
            sentences.append(
                "alert_after of \(watched.joined(separator: ", ")) is watched by a daemon only: watch kube_cronjob_status_"
                    + "last_successful_time, or a notifier of kind healthchecks, in its place.")
        }
        for job in configuration.jobs {
            guard let effect = Self.gap(of: job, request) else { continue }
            sentences.append(
                "The job \(job.name) does not run on \(effect.date.text), when the clocks of \(job.timezone) skip its time, "
                    + "which Kubernetes leaves out: choose another hour, or timezone = \"UTC\".")
        }
    }

    /// The first day on which a firing at a fixed time is lost.
    private static func gap(of job: Job, _ request: RenderRequest) -> ClockEffect? {
        guard case .cron(let expression) = job.trigger, expression.cadence == .fixed,
            let zone = try? request.zones.rules(named: job.timezone),
            let schedule = Schedule(job: job.name, trigger: job.trigger, zone: zone)
        else { return nil }
        return schedule.clockEffects(from: request.now).first { $0.kind == .moved }
    }

    private mutating func addThoseOfDaemon(_ request: RenderRequest) {
        guard request.port == nil else { return }
        sentences.append(
            "The daemon listens to its own pod only, so there are no probes, no Service and no ServiceMonitor: "
                + "set listen = \"0.0.0.0:8432\" and token_file in [daemon].")
    }
}
