package import JobModel
import Postgres

/// Looks at a database and its server for what is wrong or soon will be, in a way that cannot hurt: read-only sessions,
/// no statement longer than 3 s, no wait for a lock longer than 100 ms.
package struct AdviseOperation: Sendable {
    private let context: OperationContext
    private let request: AdviseRequest
    private let memory: any JobMemory
    /// Under which name the database's findings are remembered.
    private var memoryName: String { "advise/\(request.settings.database)" }

    /// Of one check. A database of ten thousand tables without keys has one problem, not ten thousand.
    static let mostFindingsOfACheck = 100

    package init(context: OperationContext, request: AdviseRequest, memory: any JobMemory) {
        self.context = context
        self.request = request
        self.memory = memory
    }

    /// Throws where the database cannot be reached, or is lost; what a single check meets is part of the report.
    package func execute() async throws -> AdviseReport {
        let watch = Stopwatch()
        let session = try await open(request.connection)
        do {
            var server = try await AdviceServer.gather(session)
            server.targetName = request.settings.database
            server.jobs = request.jobs
            let standbys = try await openStandbys()
            let probe = AdviceProbe(
                session: session, server: server, standbys: standbys, pgbouncer: try await pgbouncer(),
                memory: memory, memoryName: memoryName)
            let look = try await self.look(probe)
            await CleanupScope.run { for session in [session] + standbys { await session.close() } }
            return await settle(look, server, seconds: watch.seconds)
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }

    // MARK: - Sessions

    private func open(_ connection: ConnectionInfo) async throws -> Session {
        try await Session.openDirect(
            connection, applicationName: context.applicationName, lockTimeout: AdviseRequest.lockTimeout,
            statementTimeout: request.statementTimeout,
            settings: [
                "SET default_transaction_read_only = on",
                // Compiling a query over catalogues takes longer than running it.
                "SET jit = off",
                // Policies are other people's code.
                "SET row_security = off",
                "SET max_parallel_workers_per_gather = 0",
            ])
    }

    /// Those that answer; of the others it is said.
    private func openStandbys() async throws -> [Session] {
        var sessions: [Session] = []
        for standby in request.standbys {
            do {
                sessions.append(try await open(standby))
            } catch let error as PostgresError {
                context.reporter.report(.warning("a standby was not looked at: \(error.message)"))
            }
        }
        return sessions
    }

    private func pgbouncer() async throws -> PgBouncerSight {
        guard let console = request.pgbouncer else { return .none }
        return try await .look(at: console, applicationName: context.applicationName)
    }

    // MARK: - Looking

    private struct Look {
        var findings: [Finding] = []
        var checked: [AdviceID] = []
        var gaps: [UncheckedAdvice] = []
    }

    private func look(_ probe: AdviceProbe) async throws -> Look {
        var look = Look()
        context.reporter.report(.phase("looking at \(probe.session.server.displayText)"))
        for check in request.chosen {
            do {
                look.findings += try await check.look(probe)
                look.checked.append(check.id)
            } catch {
                look.findings += (error as? AdviceGap)?.findings ?? []
                look.gaps.append(
                    UncheckedAdvice(
                        id: check.id, reason: try AdviceGap.reason(of: error, timeout: request.statementTimeout)))
            }
        }
        return look
    }

    // MARK: - The report

    private func settle(_ look: Look, _ server: AdviceServer, seconds: Double) async -> AdviseReport {
        let now = CivilTime(context.clock.now)
        var findings = look.findings
        let closed = await remember(&findings, checked: Set(look.checked), now: now)
        let sorted = AdviceSorting.sorted(findings)
        let today = CivilDate(daysSinceEpoch: now.secondsSinceEpoch / 86_400)
        let (open, suppressed) = AdviceSorting.split(sorted, by: request.settings.suppressions, on: today)
        let (shown, omitted) = AdviceSorting.shortened(open, mostOfACheck: Self.mostFindingsOfACheck)
        return AdviseReport(
            database: server.database, serverVersion: server.versionText, isStandby: server.isInRecovery,
            checked: look.checked, findings: shown, omitted: omitted,
            suppressed: Array(suppressed.prefix(Self.mostFindingsOfACheck)), closed: closed, notChecked: look.gaps,
            seconds: seconds)
    }

    private func remember(_ findings: inout [Finding], checked: Set<AdviceID>, now: CivilTime) async -> [ClosedFinding]
    {
        let text = await memory.memory(named: memoryName)
        var record = text.flatMap { try? MemoryText.decode($0) } ?? FindingRecord()
        let before = record
        let closed = record.settle(&findings, checked: checked, now: now)
        guard record != before, let text = try? MemoryText.encode(record) else { return closed }
        let isKept = await memory.remember(text, as: memoryName)
        // Without memory nothing was seen before, and nothing can be said of when.
        if !isKept, before.entries.isEmpty { for index in findings.indices { findings[index].firstSeen = nil } }
        return closed
    }
}
