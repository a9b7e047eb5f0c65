import JobModel
import Postgres

extension AdviceCheck {
    /// Sorts and hashes that go to disk, in large amounts.
    static func temporaryFiles(leastBytesPerDay: Double = 20e9) -> AdviceCheck {
        AdviceCheck(
            .temporaryFiles, "large temporary files", sql: { _ in DatabaseTrouble.query },
            finding: { row, server in try DatabaseTrouble.filesFinding(row, server, leastBytesPerDay) })
    }

    /// Transactions that end each other.
    static func deadlocks(leastPerDay: Double = 10) -> AdviceCheck {
        AdviceCheck(
            .deadlocks, "deadlocks", sql: { _ in DatabaseTrouble.query },
            finding: { row, server in try DatabaseTrouble.deadlocksFinding(row, server, leastPerDay) })
    }
}

/// Counters of the database, against the time in which they were counted.
enum DatabaseTrouble {
    /// A shorter time is no day.
    private static let leastDays = 1 / 24.0

    static func filesFinding(
        _ row: ResultTable.Row, _ server: AdviceServer, _ leastBytesPerDay: Double
    ) throws -> Finding? {
        let days = server.observedForSeconds / 86_400
        let (bytes, files) = (try row.int("temp_bytes"), try row.int("temp_files"))
        guard files > 0, days >= leastDays, Double(bytes) / days >= leastBytesPerDay else { return nil }
        let perDay = Int(Double(bytes) / days)
        return Finding(
            .temporaryFiles, object: "database", severity: .notice, confidence: .measured,
            summary: "statements write \(Quantities.bytes(perDay)) of temporary files a day",
            evidence: [
                "bytes_per_day": .integer(perDay), "files": .integer(files),
                "bytes_per_file": .integer(bytes / files), "work_mem": .text(try row.name("work_mem")),
            ],
            remedy: .setting(
                "log_temp_files", to: "100MB",
                advice: "Then the log names the statements: give those more work_mem, or an index that sorts for them.",
                risk: "work_mem counts for each sort of each session."),
            caveat: "Building indexes, and reports by night, may need them.", measure: Double(perDay))
    }

    static func deadlocksFinding(
        _ row: ResultTable.Row, _ server: AdviceServer, _ leastPerDay: Double
    ) throws -> Finding? {
        let days = server.observedForSeconds / 86_400
        let deadlocks = try row.int("deadlocks")
        guard deadlocks > 0, days >= leastDays, Double(deadlocks) / days >= leastPerDay else { return nil }
        let perDay = (Double(deadlocks) / days * 10).rounded() / 10
        return Finding(
            .deadlocks, object: "database", severity: .warning, confidence: .measured,
            summary: "\(perDay) transactions a day were ended by a deadlock",
            evidence: ["deadlocks": .integer(deadlocks), "deadlocks_per_day": .number(perDay)],
            remedy: Remedy(
                [],
                advice:
                    "The server's log names both sides of each; let all programs lock rows in one order, and try again "
                    + "after SQLSTATE 40P01.", lock: "None.", risk: "None."),
            caveat: "It is the average since the statistics began: one bad hour may be all of it.", measure: perDay)
    }

    static let query: ServerText = """
        SELECT temp_bytes, temp_files, deadlocks, pg_catalog.current_setting('work_mem') AS work_mem
        FROM pg_catalog.pg_stat_database WHERE datname = pg_catalog.current_database()
        """
}
