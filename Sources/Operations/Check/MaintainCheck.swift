import JobModel
import Postgres

/// Whether the role of a database may do what its jobs of kind maintain would: on the primary, past no pooler.
struct MaintainCheck: Sendable {
    let context: OperationContext
    /// `database shop`
    let subject: String
    let primary: ConnectionInfo
    let jobs: [(name: String, settings: MaintainJob)]

    /// Never throws but on cancellation: what fails is a finding.
    func run() async throws -> [CheckFinding] {
        try await CheckFinding.asking(subject) {
            try await Session.openDirect(
                primary, applicationName: "dbops/maintain \(context.runID)",
                lockTimeout: MaintainSettings.lockTimeout, statementTimeout: .seconds(60))
        } _: {
            try await findings($0)
        }
    }

    private func findings(_ session: Session) async throws -> [CheckFinding] {
        let facts = try await MaintainFacts.gather(on: session)
        guard !facts.isInRecovery else {
            return [.warning(subject, "\(jobs[0].name) would do nothing: the server is a standby")]
        }
        let indexes =
            jobs.contains { $0.settings.reindex == .bloated } ? try await IndexFacts.gather(on: session) : []
        return jobs.map { finding($0.name, $0.settings, facts, indexes, role: session.server.user) }
    }

    private func finding(
        _ job: String, _ settings: MaintainJob, _ facts: MaintainFacts, _ indexes: [IndexFacts], role: String
    ) -> CheckFinding {
        let planner = MaintainPlanner(job: settings, facts: facts)
        let chosen = facts.tables.filter(planner.isChosen)
        var refused = chosen.filter { !$0.isSystem && !$0.isPermitted }.map(\.name)
        if settings.reindex == .bloated {
            let names = Set(chosen.map(\.name))
            refused += Set(indexes.filter { !$0.isPermitted && names.contains($0.tableName) }.map(\.tableName))
                .subtracting(refused)
        }
        guard !refused.isEmpty else {
            let count = "\(Quantities.count(chosen.count)) table\(chosen.count == 1 ? "" : "s")"
            return .good(subject, "the job \(job) would look after \(count)")
        }
        let shown = refused.sorted { $0.quoted < $1.quoted }
        return CheckFinding(
            subject: subject, level: .fault(.permission),
            message: "the job \(job) may not maintain \(Self.listed(shown.map(\.plainText)))",
            advice: facts.serverVersion >= 170_000
                ? "Run this as a superuser or the tables' owner; or, for all tables of now and later: GRANT pg_maintain "
                    + "TO \(ServerText(role).quotedAsIdentifier);"
                : "Before PostgreSQL 17 only owners and superusers may: let the job connect as the tables' owner; or "
                    + "leave them out by exclude_tables.",
            statements: facts.serverVersion >= 170_000
                ? shown.map { "GRANT MAINTAIN ON TABLE \($0.quoted) TO \(ServerText(role).quotedAsIdentifier);" } : [])
    }

    /// The first few names, and how many more.
    private static func listed(_ names: [String], most: Int = 5) -> String {
        let shown = names.prefix(most).joined(separator: ", ")
        return names.count > most ? "\(shown) and \(names.count - most) more" : shown
    }
}
