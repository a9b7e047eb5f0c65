import Testing

@testable import Operations

@Suite struct HealthRatesTests {
    private static let json = """
        {"taken_at_seconds": 1000.5, "server": {"version_number": 150018, "is_standby": false, "uptime_seconds": 50,
         "sees_all_sessions": true, "oldest_xid_age": 7, "oldest_multixact_age": 1, "wal_position_bytes": 4096},
         "database": {"name": "shop", "size_bytes": 8192, "xid_age": 7, "multixact_age": 1, "commits": 10,
         "rollbacks": 1, "blocks_read": 100, "blocks_hit": 900, "block_read_seconds": null, "temporary_files": 0,
         "temporary_file_bytes": 0, "deadlocks": 0, "recovery_conflicts": 0, "checksum_failures": null, "sessions": 3,
         "sessions_abandoned": 0, "sessions_fatal": 0, "sessions_killed": 0, "statistics_reset_at_seconds": null},
         "connections": {"total": 2, "active": 1, "idle": 1, "idle_in_transaction": 0, "waiting_for_lock": 0,
         "max": 100, "reserved": 3},
         "transactions": {"oldest_seconds": 0, "longest_idle_seconds": 0, "oldest_xmin_age": 0, "prepared": 0,
         "oldest_prepared_seconds": 0},
         "tables": {"live_rows": 5, "dead_rows": 1, "most_dead_rows": 1},
         "checkpoints": {"timed": 1, "requested": 2, "write_seconds": 0.25, "sync_seconds": 0},
         "archiver": null, "standbys": [], "recovery": null,
         "slots": [{"name": "s", "type": "physical", "is_active": false, "wal_status": "reserved",
         "retained_bytes": 16777216, "safe_bytes": null}], "statements": null}
        """

    @Test func `reads what the query returns`() throws {
        let values = try HealthValues(json: Self.json)
        #expect(values.takenAtSeconds == 1000.5)
        #expect(values.server.walPositionBytes == 4096)
        #expect(values.database.checksumFailures == nil)
        #expect(values.slots.first?.retainedBytes == 16_777_216)
        #expect(values.statements == nil)
        #expect(throws: (any Error).self) { try HealthValues(json: Self.json.replacing("\"commits\": 10,", with: "")) }
    }

    private func later(_ change: (inout HealthValues) -> Void) throws -> HealthRates? {
        let first = try HealthValues(json: Self.json)
        var second = first
        second.takenAtSeconds += 10
        second.server.uptimeSeconds += 10
        change(&second)
        return HealthRates(from: first, to: second)
    }

    @Test func `rates are differences by the second`() throws {
        let rates = try #require(
            try later { values in
                values.database.commits += 50
                values.database.blocksHit += 30
                values.database.blocksRead += 10
                values.server.walPositionBytes += 1_000
                values.database.deadlocks += 2
            })
        #expect(rates.seconds == 10)
        #expect(rates.commitsPerSecond == 5)
        #expect(rates.walBytesPerSecond == 100)
        #expect(rates.cacheHitFraction == 0.75)
        #expect(rates.deadlocks == 2)
        #expect(rates.statementSecondsPerSecond == nil)
    }

    @Test func `nothing asked for has no cache hits`() throws {
        #expect(try later { _ in }?.cacheHitFraction == .some(nil))
    }

    @Test func `counters that began anew have no rates`() throws {
        #expect(try later { $0.database.commits = 0 } == nil)
        #expect(try later { $0.database.statisticsResetAtSeconds = 1005 } == nil)
        #expect(try later { $0.server.uptimeSeconds = 3 } == nil)
        #expect(try later { $0.takenAtSeconds -= 20 } == nil)
        #expect(try later { $0.database.name = "other" } == nil)
    }
}
