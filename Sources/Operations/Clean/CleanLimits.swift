import JobModel
import Postgres

/// The limits and the planner's ways that batches run with, and their change for something else.
struct CleanLimits: Sendable {
    /// A way to read a table that batches are kept from.
    enum Scan: String, Sendable, CaseIterable {
        case sequential = "enable_seqscan"
        /// The only one along a BRIN.
        case bitmap = "enable_bitmapscan"
    }

    let session: Session
    let tuning: CleanTuning

    /// Runs `body` with other limits; those of batches hold again afterwards. `lock` nil leaves that limit as it is.
    func with<Success: Sendable>(
        statement: Duration, lock: Duration? = nil, allowing scans: Set<Scan> = [],
        _ body: () async throws -> Success
    ) async throws -> Success {
        try await set(statement: statement, lock: lock ?? tuning.lockTimeout, scans)
        do {
            let success = try await body()
            try await restore()
            return success
        } catch {
            try? await restore()
            throw error
        }
    }

    private func restore() async throws {
        try await set(statement: tuning.batchTimeout, lock: tuning.lockTimeout, [])
    }

    private func set(statement: Duration, lock: Duration, _ scans: Set<Scan>) async throws {
        var settings = [
            "statement_timeout = \(statement.wholeMilliseconds)", "lock_timeout = \(lock.wholeMilliseconds)",
        ]
        settings += Scan.allCases.map { "\($0.rawValue) = \(scans.contains($0) ? "on" : "off")" }
        try await session.execute(ServerText(settings.map { "SET \($0);" }.joined(separator: " ")))
    }
}
