import JobModel
import Postgres

extension AdviceServer {
    /// Throws ``AdviceGap`` where this role sees only its own sessions: what it does not see is not well for that.
    func requireSightOfSessions() throws {
        guard seesAllStatistics else {
            throw AdviceGap("this role sees only its own sessions: GRANT pg_monitor TO it")
        }
    }
}

extension Remedy {
    /// One setting, for the whole server.
    static func setting(
        _ name: String, to value: String, needsRestart: Bool = false, advice: String? = nil, risk: String
    ) -> Remedy {
        Remedy(
            ["ALTER SYSTEM SET \(name) = \(ServerText(value).quotedAsLiteral.text);"]
                + (needsRestart ? [] : ["SELECT pg_reload_conf();"]),
            advice: needsRestart ? [advice, "Restart the server."].compactMap { $0 }.joined(separator: " ") : advice,
            lock: "None.", risk: risk)
    }
}
