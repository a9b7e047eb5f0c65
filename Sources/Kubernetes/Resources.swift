import JobModel

/// The memory and the processors that a pod asks for. Memory by the formulas of docs/scaling.md.
struct Resources: Equatable {
    /// What the scheduler sets aside.
    var requestInMebibytes: Int
    /// Beyond this the pod is killed.
    var limitInMebibytes: Int
    /// Of a processor. There is no limit: idle ones are there to be used.
    var thousandthsOfProcessor: Int

    /// pg_dump, and what the allocator holds.
    private static let besides = 64

    init(requestInMebibytes: Int, limitInMebibytes: Int, thousandthsOfProcessor: Int) {
        self.requestInMebibytes = requestInMebibytes
        self.limitInMebibytes = limitInMebibytes
        self.thousandthsOfProcessor = thousandthsOfProcessor
    }

    init(of job: Job, in configuration: Configuration) {
        switch job.kind {
        case .backup(let backup):
            let request = Self.rounded(Self.mebibytes(of: backup, configuration) + Self.besides)
            // Tables of more than 64 GB have larger parts.
            self.init(requestInMebibytes: request, limitInMebibytes: 2 * request + 256, thousandthsOfProcessor: 500)
        case .verify(let verify):
            // The throw-away cluster takes up to five eighths of what the pod may have.
            let limit = max(2_048, 512 * verify.jobs)
            self.init(requestInMebibytes: limit / 2, limitInMebibytes: limit, thousandthsOfProcessor: 500)
        case .prune, .maintain, .clean, .advise, .sql:
            self.init(requestInMebibytes: 64, limitInMebibytes: 256, thousandthsOfProcessor: 100)
        }
    }

    /// Of a pod that runs these jobs one after the other.
    init(ofEach jobs: [Job], in configuration: Configuration) {
        let each = jobs.map { Resources(of: $0, in: configuration) }
        self.init(
            requestInMebibytes: each.map(\.requestInMebibytes).max() ?? 64,
            limitInMebibytes: each.map(\.limitInMebibytes).max() ?? 256,
            thousandthsOfProcessor: each.map(\.thousandthsOfProcessor).max() ?? 100)
    }

    /// Of a daemon, which runs as many at a time as it may.
    init(ofDaemonFor configuration: Configuration) {
        let largest = configuration.jobs.map { Resources(of: $0, in: configuration) }
            .sorted { $0.limitInMebibytes > $1.limitInMebibytes }.prefix(configuration.daemon.concurrency)
        self.init(
            requestInMebibytes: 64 + largest.reduce(0) { $0 + $1.requestInMebibytes },
            limitInMebibytes: 128 + largest.reduce(0) { $0 + $1.limitInMebibytes },
            thousandthsOfProcessor: max(100, largest.reduce(0) { $0 + $1.thousandthsOfProcessor }))
    }

    /// 40 MiB + workers × (3 MiB + part × S3 stores) + in_flight_mib × S3 stores.
    private static func mebibytes(of backup: BackupJob, _ configuration: Configuration) -> Int {
        let places = backup.stores.compactMap { name -> S3Location? in
            guard case .s3(let place)? = configuration.store(named: name)?.location else { return nil }
            return place
        }
        let parts = places.reduce(0) { $0 + ($1.uploads.partSizeInMebibytes ?? 8) }
        let inFlight = places.reduce(0) { $0 + ($1.uploads.inFlightInMebibytes ?? 32) }
        var engine = 0
        if case .libdeflate(let level) = backup.settings.compression, level >= 10 { engine = 8 }
        return 40 + backup.settings.workers * (3 + engine + parts) + inFlight
    }

    private static func rounded(_ mebibytes: Int) -> Int { (mebibytes + 31) / 32 * 32 }

    var yaml: YAML {
        [
            "requests": ["cpu": "\(thousandthsOfProcessor)m", "memory": "\(requestInMebibytes)Mi"],
            "limits": ["memory": "\(limitInMebibytes)Mi"],
        ]
    }
}
