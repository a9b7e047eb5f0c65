package import JobModel

/// What manifests are made of: the job file as a pod will read it, and what the operator has chosen.
package struct RenderRequest: Sendable {
    /// Who keeps the schedule.
    package enum Shape: String, Sendable, CaseIterable {
        /// Kubernetes: each job is a CronJob, and each run a pod of its own.
        case cronJobs
        /// The daemon, in one pod that lives.
        case daemon
    }

    /// A secret, and the key of the job file that names it: `["databases", "shop", "password_file"]`.
    package struct NamedSecret: Sendable, Hashable {
        package let path: [String]
        package let reference: SecretReference

        package init(path: [String], reference: SecretReference) {
            self.path = path
            self.reference = reference
        }
    }

    /// A server that a database's, or the history's, connection string names.
    package struct Endpoint: Sendable, Hashable {
        /// The table of the job file.
        package let table: [String]
        package let ports: [Int]
        /// Certificates, keys and password files that the string names.
        package let files: [String]
        /// Whether it is reached through a socket of the machine.
        package let isSocket: Bool

        package init(table: [String], ports: [Int], files: [String], isSocket: Bool) {
            self.table = table
            self.ports = ports
            self.files = files
            self.isSocket = isSocket
        }
    }

    /// A file of Prometheus' rules, from `groups:` on.
    package struct AlertRules: Sendable, Equatable {
        /// The file's, without what follows the first dot.
        package let name: String
        package let text: String

        package init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// Where a pod finds the job file.
    package static let folder = "/etc/dbops"
    package static let jobFilePath = "/etc/dbops/dbops.toml"

    package var shape = Shape.cronJobs
    /// Decoded as if it stood in ``folder``.
    package var configuration: Configuration
    /// The job file's text.
    package var jobFile: String
    /// The statements of sql jobs that stand in files beside the job file, by their path in the pod.
    package var files: [String: String] = [:]
    package var secrets: [NamedSecret] = []
    package var endpoints: [Endpoint] = []
    /// The zones of schedules, to warn of their clock changes.
    package var zones = ZoneDatabase()
    /// From when on clock changes are looked for.
    package var now: CivilTime
    /// Where the daemon listens; nil where it listens to itself only.
    package var daemonPort: Int?
    /// What a pod can be asked over HTTP: a pod of one run has nothing to say.
    var port: Int? { shape == .daemon ? daemonPort : nil }

    /// What everything is called, or begins with. Default: dbops.
    package var name = "dbops"
    /// Default: none, whoever applies the manifests says.
    package var namespace: String?
    package var image: String
    /// The name of a Secret to pull the image with. Default: none.
    package var pullSecret: String?
    /// Of the ServiceAccount: how clouds give a pod an identity. Default: none.
    package var accountAnnotations: [String: String] = [:]
    /// For folders of stores and the daemon's history, as Kubernetes writes it. Default: 20Gi.
    package var volumeSize = "20Gi"
    /// For proofs: a volume of its own for as long as the pod lives. Default: none, the node's own disk.
    package var scratchSize: String?
    /// The namespace that Prometheus is in. Default: monitoring.
    package var monitoringNamespace = "monitoring"
    /// Prometheus' rules. Default: none.
    package var alertRules: [AlertRules] = []

    package init(configuration: Configuration, jobFile: String, image: String, now: CivilTime) {
        self.configuration = configuration
        self.jobFile = jobFile
        self.image = image
        self.now = now
    }
}

/// What of a job file has no form in Kubernetes: everything at once.
package struct RenderError: UserFacingError, Equatable {
    /// Each names the job and what to do instead.
    package let reasons: [String]

    package var message: String {
        let count = reasons.count == 1 ? "one thing" : "\(reasons.count) things"
        return "the job file holds \(count) that CronJobs cannot do:\n"
            + reasons.map { "  - \($0)" }.joined(separator: "\n")
    }
    package var hint: String? { "Or let the daemon keep the schedule: dbops render kubernetes --daemon." }
    package var category: FailureCategory { .configuration }
}
