import JobModel
import Operations

/// How a database and its server are.
enum HealthRendering {
    private struct Object: Encodable {
        let health: HealthValues
        let rates: HealthRates?
    }

    /// The newest of the readings, and what happened since the first.
    static func print(_ readings: [HealthValues], json: Bool) throws {
        guard let first = readings.first, let last = readings.last else { return }
        let rates = readings.count > 1 ? HealthRates(from: first, to: last) : nil
        if json { return try JSONLine.print(Object(health: last, rates: rates)) }
        var lines = server(last) + database(last) + sessions(last) + replication(last) + statements(last)
        if let rates { lines += self.rates(rates) }
        let width = lines.map(\.0.count).max() ?? 0
        for (name, value) in lines {
            Swift.print(name + String(repeating: " ", count: width - name.count + 2) + value)
        }
        if !last.server.seesAllSessions {
            StandardError.write(
                "This role does not see other roles' sessions: GRANT pg_monitor TO it for values that are whole.")
        }
        if readings.count > 1, rates == nil {
            StandardError.write("The server's counters began anew between the readings: there are no rates.")
        }
    }

    private static func server(_ values: HealthValues) -> [(String, String)] {
        let server = values.server
        return [
            (
                "server",
                "PostgreSQL \(server.versionNumber / 10_000).\(server.versionNumber % 10_000), "
                    + "\(server.isStandby ? "standby" : "primary"), up \(Quantities.seconds(server.uptimeSeconds))"
            ),
            ("oldest transaction id", "\(Quantities.count(server.oldestXidAge)) transactions back"),
            (
                "checkpoints",
                "\(Quantities.count(values.checkpoints.timed)) timed, "
                    + "\(Quantities.count(values.checkpoints.requested)) requested"
            ),
        ] + archiver(values.archiver)
    }

    private static func archiver(_ archiver: ArchiverHealth?) -> [(String, String)] {
        guard let archiver else { return [] }
        let waiting = archiver.waitingSegments.map { ", \(Quantities.count($0)) segments wait" } ?? ""
        return [("archiver", (archiver.isFailing ? "FAILING" : "well") + waiting)]
    }

    private static func database(_ values: HealthValues) -> [(String, String)] {
        let database = values.database
        let blocks = database.blocksHit + database.blocksRead
        let hit = blocks > 0 ? "\(database.blocksHit * 100 / blocks) % of blocks" : "nothing was read yet"
        return [
            ("database", "\(database.name), \(Quantities.bytes(database.sizeBytes))"),
            (
                "rows",
                "\(Quantities.count(values.tables.liveRows)) live, \(Quantities.count(values.tables.deadRows)) dead"
            ),
            ("found in shared buffers", hit),
            (
                "temporary files",
                "\(Quantities.count(database.temporaryFiles)), \(Quantities.bytes(database.temporaryFileBytes))"
            ),
            ("deadlocks", Quantities.count(database.deadlocks)),
        ]
    }

    private static func sessions(_ values: HealthValues) -> [(String, String)] {
        let (connections, transactions) = (values.connections, values.transactions)
        var lines = [
            (
                "connections",
                "\(connections.total) of \(connections.max) (\(connections.reserved) reserved): "
                    + "\(connections.active) active, \(connections.idle) idle, "
                    + "\(connections.idleInTransaction) idle in transaction, \(connections.waitingForLock) wait for a lock"
            ),
            (
                "oldest transaction",
                "\(Quantities.seconds(transactions.oldestSeconds)); idle in one for "
                    + Quantities.seconds(transactions.longestIdleSeconds)
            ),
            ("oldest xmin", "\(Quantities.count(transactions.oldestXminAge)) transactions back"),
        ]
        if transactions.prepared > 0 {
            lines.append(
                (
                    "prepared transactions",
                    "\(transactions.prepared), the oldest since \(Quantities.seconds(transactions.oldestPreparedSeconds))"
                ))
        }
        return lines
    }

    private static func replication(_ values: HealthValues) -> [(String, String)] {
        var lines = values.standbys.map { standby in
            let lag = standby.lagBytes.map { Quantities.bytes(max(0, $0)) + " behind" } ?? "lag unknown"
            return ("standby \(standby.name)", "\(standby.state), \(standby.syncState), \(lag)")
        }
        if let recovery = values.recovery {
            lines.append(
                (
                    "replay",
                    "\(recovery.isStreaming ? "streaming" : "NOT streaming")\(recovery.isPaused ? ", paused" : ""), "
                        + "\(Quantities.bytes(recovery.unreplayedBytes)) to replay, "
                        + "\(Quantities.seconds(recovery.lagSeconds)) behind"
                ))
        }
        return lines
            + values.slots.map { slot in
                let retained = slot.retainedBytes.map { ", keeps \(Quantities.bytes(max(0, $0))) of WAL" } ?? ""
                return ("slot \(slot.name)", "\(slot.type), \(slot.isActive ? "active" : "INACTIVE")\(retained)")
            }
    }

    private static func statements(_ values: HealthValues) -> [(String, String)] {
        (values.statements?.slowest.prefix(5) ?? []).map { statement in
            (
                "statement \(statement.queryId)",
                "\(Quantities.seconds(statement.totalSeconds)) in \(Quantities.count(statement.calls)) calls, "
                    + "\(Int((statement.meanSeconds * 1_000).rounded())) ms each"
            )
        }
    }

    private static func rates(_ rates: HealthRates) -> [(String, String)] {
        [
            (
                "in \(Quantities.seconds(rates.seconds))",
                "\(Int(rates.commitsPerSecond.rounded())) commits/s, \(Int(rates.rollbacksPerSecond.rounded())) "
                    + "rollbacks/s, \(Quantities.bytes(Int(rates.walBytesPerSecond.rounded())))/s of WAL, "
                    + "\(Int(rates.newSessionsPerSecond.rounded())) new sessions/s"
            )
        ]
    }
}
