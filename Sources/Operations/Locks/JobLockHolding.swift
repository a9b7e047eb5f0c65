import JobModel
import ObjectStorage
import Postgres

/// A job's lock while it is held: the session that holds it, and what is done when it is lost.
actor JobLockHolding {
    private let lock: JobLock
    private let context: OperationContext
    /// Nil before the lock is taken and after it is lost.
    private var session: LockSession?
    private var hasToldOfRival = false

    init(lock: JobLock, context: OperationContext) {
        self.lock = lock
        self.context = context
    }

    /// Throws ``LockError/jobHeld(job:store:holder:)`` where somebody else holds it.
    func acquire() async throws {
        let opened = try await open()
        if let rival = try await takeOrClose(opened) {
            throw LockError.jobHeld(job: lock.job, store: rival.store.url, holder: rival.holder)
        }
    }

    /// Looks whether the lock is still held, and takes it again where it is not.
    func check() async throws {
        guard let session else { return try await retake() }
        do {
            try await session.look()
        } catch let error as PostgresError {
            self.session = nil
            await session.close()
            warn("the job's lock was lost, and is taken again as soon as possible: \(error.message)")
            try await retake()
        }
    }

    /// Gives the lock back, also where the run was cancelled.
    func release() async {
        guard let session else { return }
        self.session = nil
        await CleanupScope.run { await session.close() }
    }

    private func retake() async throws {
        do {
            guard let rival = try await takeOrClose(try await open()) else { return }
            guard !hasToldOfRival else { return }
            hasToldOfRival = true
            let holder = rival.holder?.description ?? "another session"
            warn("the job's lock is held by \(holder) now; this run goes on beside it")
        } catch is PostgresError {
            // The next look tries again; that it was lost has been said.
        }
    }

    /// Nil where the lock is ours now; else who has it.
    private func takeOrClose(_ opened: LockSession) async throws -> (store: StoreLocation, holder: LockHolder?)? {
        do {
            for store in lock.stores {
                if let refusal = try await opened.take(JobLock.key(job: lock.job, store: store)) {
                    await opened.close()
                    return (store, refusal.holder)
                }
            }
            session = opened
            return nil
        } catch {
            await CleanupScope.run { await opened.close() }
            throw error
        }
    }

    /// On the primary; where it is down and there is a standby, there.
    private func open() async throws -> LockSession {
        do {
            return try await openPrimary()
        } catch PostgresError.connection(let failure) where failure.isAboutServerBeingDown {
            guard let standby = lock.standby else { throw PostgresError.connection(failure) }
            warn(
                "the primary is down (\(failure.reason)): the job's lock is taken on the standby, where it excludes "
                    + "only runs that use the same one")
            return try await LockSession.open(standby, applicationName: applicationName)
        }
    }

    private func openPrimary() async throws -> LockSession {
        let opened = try await LockSession.open(lock.primary, applicationName: applicationName)
        guard opened.isStandby else { return opened }
        if let primary = await primary(among: lock.primary) {
            await opened.close()
            return primary
        }
        warn(
            "\(opened.serverText) is a standby: the job's lock excludes only runs that use the same one; name the "
                + "primary as url, and the standby as read_url")
        return opened
    }

    /// Of a list of hosts libpq has met a standby; the primary may be among the others.
    private func primary(among info: ConnectionInfo) async -> LockSession? {
        guard (info.keywords["host"] ?? info.keywords["hostaddr"] ?? "").contains(",") else { return nil }
        return try? await LockSession.open(
            info.with("target_session_attrs", "primary"), applicationName: applicationName)
    }

    private func warn(_ text: String) {
        context.reporter.report(.warning(text))
    }

    private var applicationName: String { "dbops lock \(context.runID) \(context.hostName)" }
}

extension ConnectionFailure {
    /// No server answered, or one that takes no connections yet. One that refuses us is up.
    fileprivate var isAboutServerBeingDown: Bool {
        switch cause {
        case .unknownHost, .refused, .timeout, .starting: true
        case .other: sqlState == nil
        case .credentials, .notLetIn, .noDatabase, .tooManyConnections, .tls, .badAddress: false
        }
    }
}
