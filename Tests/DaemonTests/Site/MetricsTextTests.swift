import JobModel
import TestSupport
import Testing

@testable import Daemon

@Suite struct MetricsTextTests {
    private let lines = MetricsText.text(of: Boards.well).split(separator: "\n").map(String.init)

    @Test(arguments: [
        "dbops_build_info{version=\"1.2.3\"} 1",
        "dbops_runs_total{job=\"nightly\",kind=\"backup\",outcome=\"succeeded\"} 5",
        "dbops_runs_total{job=\"nightly\",kind=\"backup\",outcome=\"failed\"} 0",
        "dbops_runs_total{job=\"prove\",kind=\"verify\",outcome=\"missed\"} 0",
        "dbops_job_running{job=\"nightly\",kind=\"backup\"} 0",
        "dbops_job_failing{job=\"nightly\",kind=\"backup\"} 0",
        "dbops_job_paused{job=\"prove\",kind=\"verify\"} 0",
        "dbops_job_firing_delay_seconds{job=\"nightly\",kind=\"backup\"} 2",
        "dbops_job_last_duration_seconds{job=\"nightly\",kind=\"backup\"} 30",
        "dbops_backup_raw_bytes{job=\"nightly\"} 5000",
        "dbops_recovery_time_seconds{job=\"nightly\"} 42.5",
        "dbops_recovery_time_budget_seconds{job=\"nightly\"} 600",
        "dbops_store_up{store=\"local\"} 1",
        "dbops_store_bytes{store=\"local\"} 2000",
        "dbops_database_up{database=\"shop\"} 1",
        "dbops_database_latency_seconds{database=\"shop\"} 0.004",
        "dbops_clock_suspect 0",
    ])
    func `tell`(line: String) {
        #expect(lines.contains(line))
    }

    @Test func `tell the instants that the newest backup and the newest proven one show`() {
        let newest = Boards.now.secondsSinceEpoch - 599
        #expect(lines.contains("dbops_backup_newest_timestamp_seconds{job=\"nightly\"} \(newest)"))
        #expect(lines.contains("dbops_backup_newest_verified_timestamp_seconds{job=\"nightly\"} \(newest - 600)"))
    }

    @Test func `say 0 where a store holds no backup, and nothing where no store was read`() {
        var board = Boards.well
        board.jobs[0].backups = []
        #expect(
            MetricsText.text(of: board).contains("dbops_backup_newest_verified_timestamp_seconds{job=\"nightly\"} 0\n"))
        board.jobs[0].backups = nil
        #expect(!MetricsText.text(of: board).contains("dbops_backup_newest"))
    }

    @Test func `give each name its help and its type once, before its samples`() {
        let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(Set(types).count == types.count)
        var known: Substring = ""
        for line in lines {
            if line.hasPrefix("# TYPE ") { known = line.split(separator: " ")[2] }
            if !line.hasPrefix("#") { #expect(line.prefix { $0 != "{" && $0 != " " } == known) }
        }
    }

    @Test func `escape labels`() {
        #expect(MetricsText.escaped("a\"b\\c\nd") == "a\\\"b\\\\c\\nd")
        #expect(!MetricsText.text(of: Boards.hostile).contains("alert(\"1"))
    }

    @Test func `call a job failing by its last run that was started`() {
        var board = Boards.well
        board.jobs[0].recent.insert(Boards.run("nightly", at: 7_200, .failed), at: 0)
        board.jobs[0].recent.insert(Boards.run("nightly", at: 7_260, .skipped), at: 0)
        #expect(MetricsText.text(of: board).contains("dbops_job_failing{job=\"nightly\",kind=\"backup\"} 1\n"))
    }
}
