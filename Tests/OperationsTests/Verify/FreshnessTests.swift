import JobModel
import TestSupport
import Testing

@testable import Operations
@testable import Postgres

extension ServerTests {
    @Suite struct FreshnessTests {
        private func check(
            _ table: String, _ column: String, _ maxAge: Duration, in zone: String? = nil
        ) -> ContentCheck {
            ContentCheck(
                name: "fresh",
                question: .freshness(.init(table: table, column: column, maxAge: maxAge, columnTimezone: zone)))
        }

        /// As of `snapshot`.
        private func ask(
            _ check: ContentCheck, _ bench: Workbench, snapshot: String = "20261121T120000Z"
        ) async throws -> VerificationCheck {
            let session = try await bench.openSession()
            let instant = try #require(CivilTime(compactText: snapshot))
            let results = try await ContentChecks(checks: [check], snapshot: instant, session: session).run()
            await session.close()
            return try #require(results.first)
        }

        private func expect(
            _ check: ContentCheck, _ bench: Workbench, _ verdict: VerificationCheck.Verdict, _ found: String,
            snapshot: String = "20261121T120000Z", sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let result = try await ask(check, bench, snapshot: snapshot)
            #expect(result.verdict == verdict, "\(result.found)", sourceLocation: sourceLocation)
            #expect(result.found == found, sourceLocation: sourceLocation)
        }

        @Test func `counts from the snapshot, whenever the check is made`() async throws {
            try await Workbench.with(
                "CREATE TABLE \"My Orders\" (\"At\" timestamptz);"
                    + "INSERT INTO \"My Orders\" VALUES ('2026-11-21 10:00:00.5Z'), ('2026-11-20Z'), (NULL)"
            ) { bench in
                try await bench.psql("ALTER DATABASE \(ServerText(bench.database.database ?? "")) SET TimeZone = 'UTC'")
                let table = "public.\"My Orders\""
                let age = "the newest is of 2026-11-21 10:00:00.5+00, 1h59m59s before the snapshot"
                try await expect(check(table, "At", .seconds(7_200)), bench, .passed, age)
                try await expect(check(table, "At", .seconds(7_199)), bench, .failed, age)
                let result = try await ask(check(table, "At", .seconds(7_199)), bench)
                #expect(
                    result.expected == "a row of public.\"My Orders\" whose At is at most 1h59m59s older than the "
                        + "backup's snapshot, 2026-11-21T12:00:00Z")
            }
        }

        @Test func `rows later than the snapshot do not count`() async throws {
            try await Workbench.with("CREATE TABLE t (at timestamptz); INSERT INTO t VALUES ('2026-11-21 12:00:01.1Z')")
            { bench in
                let none = "no row that is not later than the snapshot"
                try await expect(check("t", "at", .seconds(60)), bench, .failed, none)
                try await bench.psql("INSERT INTO t VALUES ('2026-11-21 12:00:00.9Z'), ('infinity')")
                let fresh = try await ask(check("t", "at", .seconds(60)), bench)
                #expect(fresh.verdict == .passed)
                try await bench.psql("TRUNCATE t; INSERT INTO t VALUES ('-infinity'), ('infinity')")
                try await expect(check("t", "at", .seconds(60)), bench, .failed, "the newest is of -infinity")
            }
        }

        @Test func `a column without a zone is as young as it may be, unless its zone is known`() async throws {
            try await Workbench.with(
                """
                CREATE DOMAIN moment AS timestamp;
                CREATE TABLE t (at timestamp, made moment, day date);
                INSERT INTO t VALUES ('2026-11-21 01:00', '2026-11-21 20:30', '2026-11-20');
                """
            ) { bench in
                let guess = "the newest is of 2026-11-21 01:00:00, 11h before the snapshot"
                try await expect(check("t", "at", .seconds(1)), bench, .passed, guess + " if that is UTC")
                try await expect(check("t", "at", .seconds(3_600), in: "UTC"), bench, .failed, guess)
                try await expect(check("t", "at", .seconds(39_600), in: "UTC"), bench, .passed, guess)
                // 20:30 in Tokyo is 11:30 in UTC.
                let tokyo = "the newest is of 2026-11-21 20:30:00, 30m before the snapshot"
                try await expect(check("t", "made", .seconds(1_800), in: "Asia/Tokyo"), bench, .passed, tokyo)
                try await expect(check("t", "made", .seconds(1_799), in: "Asia/Tokyo"), bench, .failed, tokyo)
                let late = try await ask(check("t", "made", .seconds(1_800), in: "UTC"), bench)
                #expect(late.found == "no row that is not later than the snapshot")
                let day = "the newest is of 2026-11-20, 1d12h before the snapshot"
                try await expect(check("t", "day", .seconds(43_201), in: "UTC"), bench, .passed, day)
                try await expect(
                    check("t", "day", .seconds(43_200), in: "UTC"), bench, .failed, day)
            }
        }

        /// Clocks go back from 03:00 to 02:00 at 01:00 UTC: 02:10 may be older than 02:30, and younger.
        @Test func `an hour that is there twice does not make a fresh row stale`() async throws {
            try await Workbench.with("CREATE TABLE t (at timestamp); INSERT INTO t VALUES ('2026-10-25 02:10')") {
                bench in
                let own = check("t", "at", .seconds(5_400), in: "Europe/Berlin")
                let result = try await ask(own, bench, snapshot: "20261025T020000Z")
                #expect(result.verdict == .passed, "\(result.found)")
                let later = try await ask(own, bench, snapshot: "20261025T030000Z")
                #expect(later.verdict == .failed)
            }
        }

        @Test func `says what it cannot measure`() async throws {
            try await Workbench.with("CREATE TABLE t (id int, at timestamptz, free timestamptz)") { bench in
                try await expect(
                    check("gone", "at", .seconds(1)), bench, .failed, "no table of this name in the backup")
                try await expect(
                    check("t", "ad", .seconds(1)), bench, .failed, "no column of this name in the table")
                try await expect(
                    check("t", "id", .seconds(1)), bench, .failed, "a column of type integer, which tells no age")
                try await expect(
                    check("t", "at", .seconds(1), in: "UTC"), bench, .failed,
                    "a column that has a zone: leave out column_timezone = \"UTC\"")
                try await expect(
                    check("t", "AT", .seconds(1)), bench, .failed, "no row that is not later than the snapshot")
                let wrong = try await ask(check("a.b.c.d", "at", .seconds(1)), bench)
                #expect(wrong.found.hasPrefix("an error of the server: "))
            }
        }
    }
}
