import Foundation

/// The metrics that a daemon shows, with their labels, as docs/metrics.md lists them.
enum KnownMetrics {
    static let labels: [String: Set<String>] = [
        "dbops_build_info": ["version"],
        "dbops_start_time_seconds": [],
        "process_resident_memory_bytes": [],
        "process_cpu_seconds_total": [],
        "dbops_runs_total": ["job", "kind", "outcome"],
        "dbops_job_running": ["job", "kind"],
        "dbops_job_paused": ["job", "kind"],
        "dbops_job_failing": ["job", "kind"],
        "dbops_job_next_firing_timestamp_seconds": ["job", "kind"],
        "dbops_job_last_run_timestamp_seconds": ["job", "kind"],
        "dbops_job_last_success_timestamp_seconds": ["job", "kind"],
        "dbops_job_last_duration_seconds": ["job", "kind"],
        "dbops_job_firing_delay_seconds": ["job", "kind"],
        "dbops_backup_newest_timestamp_seconds": ["job"],
        "dbops_backup_newest_verified_timestamp_seconds": ["job"],
        "dbops_backup_raw_bytes": ["job"],
        "dbops_backup_stored_bytes": ["job"],
        "dbops_recovery_time_seconds": ["job"],
        "dbops_recovery_time_budget_seconds": ["job"],
        "dbops_store_bytes": ["store"],
        "dbops_store_backups": ["store"],
        "dbops_store_up": ["store"],
        "dbops_database_up": ["database"],
        "dbops_database_latency_seconds": ["database"],
        "dbops_database_size_bytes": ["database"],
        "dbops_database_xid_age": ["database"],
        "dbops_database_connections": ["database"],
        "dbops_database_connections_max": ["database"],
        "dbops_database_slot_retained_bytes": ["database", "slot"],
        "dbops_database_replication_lag_seconds": ["database"],
        "dbops_advice_findings": ["job", "severity"],
        "dbops_clock_suspect": [],
        "dbops_job_file_stale": [],
    ]

    /// Labels that Prometheus gives to everything it scrapes.
    static let labelsOfTheTarget: Set<String> = ["instance", "job"]

    /// Metrics that Prometheus makes itself.
    static let ofPrometheus: Set<String> = ["up", "ALERTS"]

    /// What an expression or a text names.
    static func named(in text: String) -> Set<String> {
        Set(text.matches(of: /\b(?:dbops|process)_[a-z_]+[a-z]\b/).map { String($0.output) })
    }

    /// What is wrong with the selectors of an expression: `metric{label="value"}`.
    static func faults(of expression: String) -> [String] {
        var faults = named(in: expression).subtracting(labels.keys).sorted().map { "there is no \($0)" }
        for match in expression.matches(of: /\b([A-Za-z_]+)\{([^}]*)\}/) {
            let metric = String(match.output.1)
            guard !ofPrometheus.contains(metric), let known = labels[metric] else { continue }
            // A value may hold what looks like a label.
            let matchers = match.output.2.replacing(/"[^"]*"/, with: "\"\"")
            for label in matchers.matches(of: /([a-z_]+)\s*(?:=~|!~|!=|=)/).map({ String($0.output.1) })
            where !known.union(labelsOfTheTarget).contains(label) {
                faults.append("\(metric) has no label \(label)")
            }
        }
        return faults
    }
}
