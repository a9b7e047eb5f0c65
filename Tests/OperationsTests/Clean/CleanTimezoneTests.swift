import Foundation
import JobModel
import Operations
import Postgres
import TestSupport
import Testing

/// Columns that do not say of which zone they are.
@Suite struct `the zone of an age column` {
    private static let zones = ["UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "Etc/GMT+12"]

    private func bench(in zone: String) async throws -> CleanBench {
        try await CleanBench(
            """
            CREATE TABLE t (id int, at timestamp, day date, zoned timestamptz); SET TimeZone = '\(ServerText(zone))';
            INSERT INTO t SELECT i, now() - i * interval '1 hour', now() - i * interval '1 hour',
                                 now() - i * interval '1 hour' FROM generate_series(0, 200) AS i;
            """)
    }

    private func job(_ column: String, hours: Int64, _ zone: String?) -> CleanJob {
        CleanBench.job {
            ($0.table, $0.column, $0.columnTimezone) = ("public.t", column, zone)
            ($0.olderThan, $0.maxFraction) = (.seconds(hours * 3_600 + 1_800), 1)
        }
    }

    @Test(arguments: zones) func `makes the cutoff exact`(zone: String) async throws {
        let bench = try await bench(in: zone)
        let report = try await bench.operation(job("at", hours: 10, zone)).execute()
        #expect(report.outcome == .succeeded)
        #expect(report.notes == ["\"at\" is taken for the local time of \(zone)"])
        // Of the hour that comes twice rows stay longer, and a test may be slow.
        let newest = try await bench.psql("SELECT max(id) FROM t")
        #expect(["10", "11"].contains(newest), "\(newest)")
        #expect(try await bench.count("t WHERE id < 10") == 10)
    }

    @Test(arguments: zones) func `counts days as that zone does`(zone: String) async throws {
        let bench = try await bench(in: zone)
        let report = try await bench.operation(job("day", hours: 24, zone)).execute()
        #expect(report.outcome == .succeeded)
        // All rows of a day that ended 24 hours ago, and none of a later one.
        #expect(try await bench.count("t WHERE id <= 24") == 25)
        #expect(try await bench.count("t WHERE id > 49") == 0)
    }

    @Test func `takes no row of an hour that comes twice for older than it is`() async throws {
        let bench = try await bench(in: "UTC")
        func cutoff(at instant: String) async throws -> String {
            let moment = try Date(instant, strategy: .iso8601)
            let job = CleanBench.job {
                ($0.table, $0.column, $0.columnTimezone) = ("public.t", "at", "Europe/Berlin")
                $0.olderThan = .seconds(Int64(-moment.timeIntervalSinceNow.rounded()))
            }
            return CleanPlanReport(try await bench.operation(job).preview()).cutoff
        }
        // At half past two in summer; the clock shows two again half an hour later.
        #expect(try await cutoff(at: "2025-10-26T00:30:00Z") == "2025-10-26 02:00:00")
        #expect(try await cutoff(at: "2025-10-25T00:30:00Z").hasPrefix("2025-10-25 02:"))
        #expect(try await cutoff(at: "2025-10-25T00:30:00Z") > "2025-10-25 02:29")
        #expect(try await cutoff(at: "2025-10-26T01:30:00Z") > "2025-10-26 02:29")
    }

    @Test(arguments: [
        ("at", "Europe/Berln", "knows no such zone"), ("at", "EST5FOO", "knows no such zone"),
        ("zoned", "UTC", "which needs none"),
    ])
    func `is refused where it cannot be`(column: String, zone: String, reason: String) async throws {
        let bench = try await bench(in: "UTC")
        let error = await #expect(throws: CleanError.self) {
            try await bench.operation(job(column, hours: 10, zone)).execute()
        }
        #expect(
            error?.message.contains(reason) == true && error?.category == .configuration, "\(String(describing: error))"
        )
        #expect(try await bench.count("t") == 201)
    }

    @Test func `is part of what makes a first run`() async throws {
        let bench = try await bench(in: "UTC")
        _ = try await bench.operation(job("at", hours: 150, nil)).execute()
        var strict = job("at", hours: 150, nil)
        strict.maxFraction = 0.01
        #expect(try await bench.operation(strict).execute().outcome == .succeeded)
        strict.columnTimezone = "UTC"
        await #expect(throws: CleanError.self) { try await bench.operation(strict).execute() }
    }
}
