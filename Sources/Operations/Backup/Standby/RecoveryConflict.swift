import JobModel
import Postgres

/// A hot standby must replay what its primary has done, and ends the sessions that stand in the way: those that may
/// still see rows that VACUUM has removed, or that hold a lock on a table that was altered.
///
/// Neither the snapshot nor the rows can be had again, so the backup is begun anew, as a whole.
/// Source: PostgreSQL manual, 27.4.2 "Handling Query Conflicts".
enum RecoveryConflict {
    /// How often a backup is begun at most.
    static let attempts = 3

    /// What the error says of a conflict; nil where it is of something else.
    ///
    /// A session of a backup is read only, so that `serialization_failure` can mean nothing else. pg_dump prints no
    /// code, and a connection that is ended says it in its reason.
    static func reason(of error: any Error) -> String? {
        text(of: error).map { String($0.prefix { !$0.isNewline }) }
    }

    private static func text(of error: any Error) -> String? {
        switch error {
        case PostgresError.statement(let failure) where failure.sqlState.description == "40001": failure.message
        case PostgresError.connectionLost(_, let reason) where isAboutConflict(reason): reason
        case OperationError.leaderLost(let reason) where isAboutConflict(reason): reason
        case OperationError.harvestFailed(let reason, _, _) where isAboutConflict(reason): reason
        case OperationError.changingTables(_, let reason) where isAboutConflict(reason): reason
        default: nil
        }
    }

    private static func isAboutConflict(_ text: String) -> Bool {
        text.contains("conflict with recovery") || text.contains("SQLSTATE 40001")
    }

    /// Where a conflict has ended the leader's session, others fail for want of its snapshot: its own words say why.
    static func cause(of error: any Error, leader session: Session) async -> any Error {
        guard !(error is CancellationError), reason(of: error) == nil else { return error }
        do {
            try await session.execute("SELECT 1")
        } catch let lost where reason(of: lost) != nil {
            return lost
        } catch {
            // The first error is the one that counts.
        }
        return error
    }

    /// Runs `body` anew where a conflict broke it off, after a pause. Throws ``StandbyError/conflicts(server:attempts:reason:)``.
    static func retrying<Success: Sendable>(
        server: String, warnings: Warnings, sleep: @Sendable (Duration) async throws -> Void,
        _ body: () async throws -> Success
    ) async throws -> Success {
        for attempt in 1... {
            do {
                return try await body()
            } catch {
                guard let reason = reason(of: error) else { throw error }
                guard attempt < attempts else {
                    throw StandbyError.conflicts(server: server, attempts: attempt, reason: reason)
                }
                warnings.add("the standby broke off the backup, which is begun anew: \(reason)")
                try await sleep(.seconds(5 * attempt))
            }
        }
        throw CancellationError()
    }
}
