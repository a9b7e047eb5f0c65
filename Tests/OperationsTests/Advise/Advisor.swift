import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

/// Checks at work on a database of their own.
struct Advisor: Sendable {
    let cluster: ScratchCluster
    let session: Session
    let database: String
    var server: AdviceServer

    /// Makes a database by `script`, on the server of this installation that all tests share.
    nonisolated(nonsending) static func with<Success: Sendable>(
        _ script: ServerText, on binFolder: String = ScratchCluster.anyBinFolder,
        _ body: nonisolated(nonsending) (Advisor) async throws -> Success
    ) async throws -> Success {
        let cluster = try await ScratchCluster.shared(binFolder)
        var generator = SystemRandomNumberGenerator()
        let name = "advise_\(RunID(using: &generator))"
        let info = try await cluster.createDatabase(name)
        // What was counted is known to others once it is flushed, which the next statement waits for.
        try await cluster.psql(
            "\(script)\n;SELECT FROM pg_proc WHERE proname = 'pg_stat_force_next_flush' AND pg_stat_force_next_flush() IS NOT NULL; SELECT;",
            database: name)
        let session = try await Session.openDirect(
            info, applicationName: "dbops test", lockTimeout: .milliseconds(100), statementTimeout: .seconds(60),
            settings: ["SET default_transaction_read_only = on", "SET jit = off"])
        var server = try await AdviceServer.gather(session)
        // As on a server that has run for a while.
        server.observedForSeconds = 40 * 86_400
        let success = try await body(
            Advisor(cluster: cluster, session: session, database: name, server: server))
        await session.close()
        try await cluster.psql("DROP DATABASE \(ServerText(name).quotedAsIdentifier) WITH (FORCE)")
        return success
    }

    func findings(_ check: AdviceCheck, memory: any JobMemory = NoJobMemory()) async throws -> [Finding] {
        let probe = AdviceProbe(session: session, server: server, memory: memory)
        return AdviceSorting.sorted(try await check.look(probe))
    }

    nonisolated(nonsending) func psql(_ script: ServerText) async throws {
        try await cluster.psql(script, database: database)
    }
}

/// Memory as long as a test.
actor TestMemory: JobMemory {
    private(set) var texts: [String: String] = [:]

    func memory(named name: String) -> String? { texts[name] }

    func remember(_ text: String?, as name: String) -> Bool {
        texts[name] = text
        return true
    }
}
