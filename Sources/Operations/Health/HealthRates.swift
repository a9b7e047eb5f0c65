/// What happened between two readings, by the second.
package struct HealthRates: Sendable, Equatable, Codable {
    package let seconds: Double
    package let commitsPerSecond: Double
    package let rollbacksPerSecond: Double
    package let walBytesPerSecond: Double
    package let blocksReadPerSecond: Double
    package let temporaryFileBytesPerSecond: Double
    package let newSessionsPerSecond: Double
    package let deadlocks: Int
    /// Of the blocks that were asked for, how many the server's own cache had; nil where none was asked for. Those that
    /// it did not have may have come from the system's cache as well.
    package let cacheHitFraction: Double?
    /// How many statements the server worked on at a time, on average; nil without pg_stat_statements.
    package let statementSecondsPerSecond: Double?

    /// Nil where the readings are not of one database and in order, or the counters began anew between them.
    package init?(from first: HealthValues, to second: HealthValues) {
        let (before, after) = (first.database, second.database)
        let seconds = second.takenAtSeconds - first.takenAtSeconds
        let hits = after.blocksHit - before.blocksHit
        let reads = after.blocksRead - before.blocksRead
        let wal = second.server.walPositionBytes - first.server.walPositionBytes
        guard seconds > 0, before.name == after.name, hits >= 0, reads >= 0, wal >= 0, after.commits >= before.commits,
            after.rollbacks >= before.rollbacks, after.sessions >= before.sessions,
            before.statisticsResetAtSeconds == after.statisticsResetAtSeconds,
            second.server.uptimeSeconds >= first.server.uptimeSeconds
        else { return nil }
        self.seconds = seconds
        commitsPerSecond = Double(after.commits - before.commits) / seconds
        rollbacksPerSecond = Double(after.rollbacks - before.rollbacks) / seconds
        walBytesPerSecond = Double(wal) / seconds
        blocksReadPerSecond = Double(reads) / seconds
        temporaryFileBytesPerSecond = Double(after.temporaryFileBytes - before.temporaryFileBytes) / seconds
        newSessionsPerSecond = Double(after.sessions - before.sessions) / seconds
        deadlocks = after.deadlocks - before.deadlocks
        cacheHitFraction = hits + reads > 0 ? Double(hits) / Double(hits + reads) : nil
        statementSecondsPerSecond = Self.statementSeconds(first.statements, second.statements).map { $0 / seconds }
    }

    /// Nil where statements were forgotten between the readings.
    private static func statementSeconds(_ first: StatementsHealth?, _ second: StatementsHealth?) -> Double? {
        guard let first, let second, second.calls >= first.calls, second.executionSeconds >= first.executionSeconds
        else { return nil }
        return second.executionSeconds - first.executionSeconds
    }
}
