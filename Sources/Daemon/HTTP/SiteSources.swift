package import JobModel

/// What a site shows and what it may have done, as functions, so that it can be tried without a daemon.
package struct SiteSources: Sendable {
    /// The state of all things.
    package var board: @Sendable (_ wish: StatusReadings.Wish, _ firings: Int) async -> StatusBoard
    /// Nil where the history does not answer.
    package var runs: @Sendable (RunQuery) async -> [Run]?
    package var runNow: @Sendable (_ job: String) async throws(OrderError) -> RunID
    package var stop: @Sendable (_ run: RunID) async throws(OrderError) -> Void
    /// False where it ends with this process.
    package var pause: @Sendable (_ job: String) async throws(OrderError) -> Bool
    package var resume: @Sendable (_ job: String) async throws(OrderError) -> Bool
    package var limit: @Sendable (_ runs: Int?) async -> Void
    /// Whether it is pinned afterwards. Throws ``UserFacingError``.
    package var pin: @Sendable (_ backup: BackupID, _ isPinned: Bool) async throws -> Void

    package init(
        board: @escaping @Sendable (StatusReadings.Wish, Int) async -> StatusBoard,
        runs: @escaping @Sendable (RunQuery) async -> [Run]?,
        runNow: @escaping @Sendable (String) async throws(OrderError) -> RunID,
        stop: @escaping @Sendable (RunID) async throws(OrderError) -> Void,
        pause: @escaping @Sendable (String) async throws(OrderError) -> Bool,
        resume: @escaping @Sendable (String) async throws(OrderError) -> Bool,
        limit: @escaping @Sendable (Int?) async -> Void,
        pin: @escaping @Sendable (BackupID, Bool) async throws -> Void
    ) {
        self.board = board
        self.runs = runs
        self.runNow = runNow
        self.stop = stop
        self.pause = pause
        self.resume = resume
        self.limit = limit
        self.pin = pin
    }

    /// Those of a scheduler. `pin` finds the backup in one of the stores that hold it.
    package init(
        scheduler: Scheduler, readings: StatusReadings, runs: @escaping @Sendable (RunQuery) async -> [Run]?,
        pin: @escaping @Sendable (BackupID, Bool) async throws -> Void
    ) {
        self.init(
            board: { await readings.board($0, firings: $1) }, runs: runs,
            runNow: { name throws(OrderError) in try await scheduler.runNow(name) },
            stop: { run throws(OrderError) in try await scheduler.stop(run) },
            pause: { name throws(OrderError) in try await scheduler.pause(name) },
            resume: { name throws(OrderError) in try await scheduler.resume(name) },
            limit: { await scheduler.limit(to: $0) }, pin: pin)
    }
}
