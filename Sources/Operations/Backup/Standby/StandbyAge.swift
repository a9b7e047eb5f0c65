import JobModel
import Postgres

/// How old the rows of a hot standby are.
///
/// Source: PostgreSQL manual, 9.27.4 "Recovery Control Functions", and 27.2.4 `pg_stat_wal_receiver`.
struct StandbyAge: Sendable, Equatable {
    /// When the newest transaction that was replayed was committed, in seconds since 1970 by the primary's clock; nil
    /// where none was since the standby started.
    let lastCommitInSeconds: Int?
    /// Nought where all that was received is replayed and the primary is connected; else the age of the newest commit,
    /// which is more than the lag where the primary has written nothing. Nil where nothing tells.
    let lagInSeconds: Int?

    /// With less than this nobody is bothered.
    static let notableLagInSeconds = 300

    static func gather(on session: Session) async throws -> StandbyAge {
        let row = try await session.query(
            """
            SELECT pg_catalog.floor(extract(epoch FROM pg_catalog.pg_last_xact_replay_timestamp()))::pg_catalog.int8 AS committed,
                   CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver)
                             AND pg_catalog.pg_last_wal_receive_lsn() <= pg_catalog.pg_last_wal_replay_lsn() THEN 0
                        WHEN pg_catalog.pg_last_xact_replay_timestamp() IS NOT NULL
                        THEN greatest(0, pg_catalog.floor(extract(epoch FROM pg_catalog.clock_timestamp()
                             - pg_catalog.pg_last_xact_replay_timestamp())))::pg_catalog.int8 END AS lag
            """
        ).onlyRow()
        return StandbyAge(
            lastCommitInSeconds: try row.optionalInt64("committed").map { Int($0) },
            lagInSeconds: try row.optionalInt64("lag").map { Int($0) })
    }

    /// What is to be said of a standby of this age; nil where nothing is. Throws ``StandbyError/behind(server:lag:limit:)``
    /// where it is older than `limit`, or where its age is not known and there is a limit.
    func warning(server: String, limit: Duration?) throws(StandbyError) -> String? {
        if let limit, lagInSeconds.map({ Int64($0) > limit.components.seconds }) ?? true {
            throw .behind(server: server, lagInSeconds: lagInSeconds, limit: limit)
        }
        guard let lagInSeconds else {
            return "how old the rows of the standby are is not known: no WAL receiver runs there, and it has replayed "
                + "nothing since it started"
        }
        guard lagInSeconds >= Self.notableLagInSeconds else { return nil }
        return
            "the standby is \(Quantities.seconds(Double(lagInSeconds))) behind its primary: the backup shows the rows "
            + "as they were then"
    }
}
