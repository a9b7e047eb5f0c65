import JobModel
import Operations

/// The board in Prometheus' text format. Pure. docs/metrics.md lists the names.
///
/// Source: Prometheus, "Exposition formats", text-based format 0.0.4.
struct MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private enum Kind: String {
        case counter
        case gauge
    }

    private typealias Sample = (labels: [(String, String)], value: Double)

    private var text = ""

    static func text(of board: StatusBoard) -> String {
        var metrics = MetricsText()
        metrics.addProcess(board)
        metrics.addRuns(board)
        metrics.addInstants(board)
        metrics.addBackups(board)
        metrics.addStores(board)
        metrics.addDatabases(board)
        metrics.addFindings(board)
        return metrics.text
    }

    // MARK: - The process

    private mutating func addProcess(_ board: StatusBoard) {
        add(
            "dbops_build_info", .gauge, "The version of dbops that runs, always 1.", [([("version", board.version)], 1)]
        )
        add("dbops_start_time_seconds", .gauge, "When this daemon began.", [([], Self.seconds(board.startedAt))])
        add(
            "process_resident_memory_bytes", .gauge, "Memory that the process has in use.",
            [([], Double(board.process.residentBytes))])
        add(
            "process_cpu_seconds_total", .counter, "Time that the process has computed.",
            [([], board.process.cpuSeconds)])
        add(
            "dbops_clock_suspect", .gauge, "1 where the clock cannot be right and nothing is started.",
            [([], board.clockTrouble == nil ? 0 : 1)])
        add(
            "dbops_job_file_stale", .gauge, "1 where the newest job file was refused and the old one is in force.",
            [([], board.jobFileRefusal == nil ? 0 : 1)])
    }

    // MARK: - Jobs

    /// Every outcome of every job is there from the start: what appears with its first failure cannot have increased.
    private mutating func addRuns(_ board: StatusBoard) {
        var counts = board.tally.counts
        for job in board.jobs {
            for outcome in RunOutcome.allCases {
                counts[RunTally.Key(job: job.name, kind: job.kind, outcome: outcome), default: 0] += 0
            }
        }
        let keys = counts.keys.sorted {
            ($0.job, $0.kind, $0.outcome.rawValue) < ($1.job, $1.kind, $1.outcome.rawValue)
        }
        add(
            "dbops_runs_total", .counter, "Firings by what became of them, since this daemon began.",
            keys.map { key in
                let labels = [("job", key.job), ("kind", key.kind), ("outcome", key.outcome.rawValue)]
                return (labels, Double(counts[key] ?? 0))
            })
        addJobs("dbops_job_running", "1 while a run of the job is alive.", board) { $0.running.isEmpty ? 0 : 1 }
        addJobs("dbops_job_paused", "1 where the job's firings are skipped.", board) { $0.isPaused ? 1 : 0 }
        addJobs("dbops_job_failing", "1 where the last run that ended was no success.", board) { $0.isFailing ? 1 : 0 }
    }

    private mutating func addInstants(_ board: StatusBoard) {
        addJobs("dbops_job_next_firing_timestamp_seconds", "When the job is due next.", board) {
            $0.next.first.map(Self.seconds)
        }
        addJobs("dbops_job_last_run_timestamp_seconds", "When the last run that ended began.", board) {
            $0.lastEnded?.startedAt.map(Self.seconds)
        }
        addJobs("dbops_job_last_success_timestamp_seconds", "When the last run that succeeded ended.", board) {
            $0.lastSuccess?.endedAt.map(Self.seconds)
        }
        addJobs("dbops_job_last_duration_seconds", "How long the last run that ended took.", board) {
            $0.lastEnded?.seconds.map(Double.init)
        }
        addJobs(
            "dbops_job_firing_delay_seconds", "How much later than it was due the last run of the schedule began.",
            board
        ) { job in
            guard let run = job.recent.first(where: { $0.startedAt != nil && $0.scheduledAt != nil }),
                let start = run.startedAt, let due = run.scheduledAt
            else { return nil }
            return Double(max(0, start.secondsSinceEpoch - due.secondsSinceEpoch))
        }
    }

    // MARK: - Backups

    /// Of jobs whose stores could be read; without a reading nobody knows that there is none.
    private mutating func addBackups(_ board: StatusBoard) {
        let jobs = board.jobs.filter { $0.backups != nil }
        func add(_ name: String, _ help: String, _ value: (JobStatus) -> Double?) {
            self.add(name, .gauge, help, jobs.compactMap { job in value(job).map { ([("job", job.name)], $0) } })
        }
        add("dbops_backup_newest_timestamp_seconds", "The instant that the newest backup shows; 0 without one.") {
            $0.newestBackup.map { Self.seconds($0.snapshotAt) } ?? 0
        }
        add(
            "dbops_backup_newest_verified_timestamp_seconds",
            "The instant that the newest backup with a proof shows; 0 without one."
        ) { $0.newestProven.map { Self.seconds($0.snapshotAt) } ?? 0 }
        add("dbops_backup_raw_bytes", "What the newest backup holds, before compression.") {
            $0.newestBackup.map { Double($0.bytesRaw) }
        }
        add("dbops_backup_stored_bytes", "What the newest backup takes in a store.") {
            $0.newestBackup.map { Double($0.bytesStored) }
        }
        add("dbops_recovery_time_seconds", "How long the restore of the newest verification took.") {
            $0.newestProof?.restoreSeconds
        }
        self.add(
            "dbops_recovery_time_budget_seconds", .gauge, "How long a restore may take: time_budget.",
            board.jobs.compactMap { job in job.timeBudgetInSeconds.map { ([("job", job.name)], Double($0)) } })
    }

    private mutating func addStores(_ board: StatusBoard) {
        func add(_ name: String, _ help: String, _ value: (StoreStatus) -> Double?) {
            self.add(
                name, .gauge, help,
                board.stores.compactMap { store in value(store).map { ([("store", store.name)], $0) } })
        }
        add("dbops_store_up", "1 where the store answered when it was asked last.") { $0.isUp.map { $0 ? 1 : 0 } }
        add("dbops_store_backups", "Backups of this job file's jobs in the store.") { $0.backups.map(Double.init) }
        add("dbops_store_bytes", "What they take there.") { $0.bytes.map(Double.init) }
    }

    // MARK: - Databases

    private mutating func addDatabases(_ board: StatusBoard) {
        func add(_ name: String, _ help: String, _ value: (DatabaseStatus) -> Double?) {
            self.add(
                name, .gauge, help,
                board.databases.compactMap { base in value(base).map { ([("database", base.name)], $0) } })
        }
        add("dbops_database_up", "1 where the database answered when it was asked last.") { $0.isUp.map { $0 ? 1 : 0 } }
        add("dbops_database_latency_seconds", "How long it took to connect and to ask.") { $0.latencyInSeconds }
        add("dbops_database_size_bytes", "The size of the database.") {
            $0.health.map { Double($0.database.sizeBytes) }
        }
        add("dbops_database_xid_age", "How many transactions back the oldest id of the database lies.") {
            $0.health.map { Double($0.database.xidAge) }
        }
        add("dbops_database_connections", "Connections of clients to the server, in all databases.") {
            $0.health.map { Double($0.connections.total) }
        }
        add("dbops_database_connections_max", "How many the server admits: max_connections.") {
            $0.health.map { Double($0.connections.max) }
        }
        add("dbops_database_replication_lag_seconds", "How far a standby is behind; of a primary its slowest standby.")
        {
            Self.lag(of: $0)
        }
        let slots = board.databases.flatMap { base in
            (base.health?.slots ?? []).compactMap { slot in
                slot.retainedBytes.map { ([("database", base.name), ("slot", slot.name)], Double(max(0, $0))) }
            }
        }
        self.add(
            "dbops_database_slot_retained_bytes", .gauge, "WAL that the server keeps for a replication slot.", slots)
    }

    /// Nil where nothing replicates.
    private static func lag(of database: DatabaseStatus) -> Double? {
        guard let health = database.health else { return nil }
        if let recovery = health.recovery { return recovery.lagSeconds }
        return health.standbys.map { $0.lagSeconds ?? 0 }.max()
    }

    private mutating func addFindings(_ board: StatusBoard) {
        let samples = board.jobs.filter { $0.findingsAt != nil }.flatMap { job in
            AdviceSeverity.allCases.map { severity in
                (
                    [("job", job.name), ("severity", severity.rawValue)],
                    Double(job.findings.count { $0.severity == severity })
                )
            }
        }
        add("dbops_advice_findings", .gauge, "What the newest run of an advise job has found.", samples)
    }

    // MARK: - The format

    private mutating func addJobs(
        _ name: String, _ help: String, _ board: StatusBoard, _ value: (JobStatus) -> Double?
    ) {
        add(
            name, .gauge, help,
            board.jobs.compactMap { job in value(job).map { ([("job", job.name), ("kind", job.kind)], $0) } })
    }

    /// Nothing where there are no samples.
    private mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for (labels, value) in samples {
            let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
            text += labels.isEmpty ? "\(name) \(Self.number(value))\n" : "\(name){\(pairs)} \(Self.number(value))\n"
        }
    }

    static func escaped(_ label: String) -> String {
        label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// Whole numbers without a point: an instant stays readable.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    private static func seconds(_ instant: CivilTime) -> Double { Double(instant.secondsSinceEpoch) }
}
