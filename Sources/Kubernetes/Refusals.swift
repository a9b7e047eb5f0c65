import JobModel

/// What of the job file cannot be done there, each with what to do instead.
struct Refusals {
    let reasons: [String]

    init(_ request: RenderRequest) {
        var reasons = request.endpoints.filter(\.isSocket).map { endpoint in
            "\(endpoint.table.joined(separator: ".")) is reached through a socket of the machine, which no pod has: "
                + "name its host"
        }
        if request.shape == .cronJobs {
            let chains = JobChain.all(of: request.configuration)
            reasons += chains.flatMap { chain in Self.reasons(chain.first).map { "the job \(chain.first.name): \($0)" }
            }
            reasons += request.configuration.jobs.compactMap { job in
                Self.reason(ofAny: job).map { "the job \(job.name): \($0)" }
            }
        }
        self.reasons = reasons
    }

    /// Of a job that a CronJob starts.
    private static func reasons(_ job: Job) -> [String] {
        var reasons: [String] = []
        do throws(NoCronForm) { _ = try CronForm(job) } catch { reasons.append(error.reason) }
        if job.misfire.catchUp == .all {
            reasons.append(
                "catch_up = \"all\" starts each missed firing, and a CronJob only the newest; write \"one\" or \"none\""
            )
        }
        return reasons
    }

    private static func reason(ofAny job: Job) -> String? {
        guard !job.conflicts.isEmpty else { return nil }
        return "conflicts_with holds between jobs of one daemon, and CronJobs know nothing of each other; "
            + "let one come after the other"
    }
}
