package import JobModel
package import Postgres

/// One thing that the advisor looks for.
package struct AdviceCheck: Sendable {
    package let id: AdviceID
    /// What it looks for: lower case, without a full stop.
    package let title: String
    /// Asks, and judges the answer. What it throws makes it a check that could not be made, never a failed run;
    /// ``AdviceGap`` says why in words of its own.
    package let look: @Sendable (AdviceProbe) async throws -> [Finding]

    package init(
        _ id: AdviceID, _ title: String, look: @escaping @Sendable (AdviceProbe) async throws -> [Finding]
    ) {
        self.id = id
        self.title = title
        self.look = look
    }

    /// A check that judges the rows of one query, each by itself. `sql` names everything with its schema.
    package init(
        _ id: AdviceID, _ title: String, sql: @escaping @Sendable (AdviceServer) throws -> ServerText,
        finding: @escaping @Sendable (ResultTable.Row, AdviceServer) throws -> Finding?
    ) {
        self.init(id, title) { probe in
            try await probe.rows(try sql(probe.server)).compactMap { try finding($0, probe.server) }
        }
    }

    /// All checks, in the order in which they are made.
    package static let all = schema + server + pooler
}

/// Why a check could not be made here.
package struct AdviceGap: Error, Equatable {
    /// Lower case, without a full stop.
    package let reason: String
    /// What was found before it had to be given up.
    package let findings: [Finding]

    package init(_ reason: String, findings: [Finding] = []) {
        self.reason = reason
        self.findings = findings
    }
}
