import JobModel
import Postgres

extension AdviceCheck {
    /// Statements that take longer than they did before, or very long each time: by what was counted between runs, so
    /// that nothing has to be reset.
    static func slowStatement(_ limits: StatementLimits = StatementLimits()) -> AdviceCheck {
        AdviceCheck(.slowStatement, "statements that are slow, or slower than before") { probe in
            // That it is not there is a finding of its own.
            guard let source = try await StatementStatistics.find(probe.session) else { return [] }
            try probe.server.requireSightOfSessions()
            let counts = try await probe.rows(StatementTrend.query(source)).map(StatementTrend.Count.init)
            var trend: StatementTrend = await probe.remembered(.slowStatement) ?? StatementTrend()
            let findings = trend.settle(counts, limits)
            try await probe.remember(trend, of: .slowStatement)
            return findings
        }
    }

    /// That nobody keeps account of statements.
    static let statementsNotTracked = AdviceCheck(.statementsNotTracked, "statements that nobody keeps account of") {
        try await StatementStatistics.find($0.session) == nil ? [StatementTrend.untracked] : []
    }
}

/// From where on a statement is worth a word.
struct StatementLimits: Sendable {
    /// Fewer calls between two runs tell nothing. Default: 20.
    var calls = 20
    /// So many times as long as before. Default: 2.
    var factor = 2.0
    /// And at least so long each time. Default: 10 ms.
    var regressedMilliseconds = 10.0
    /// Slow, whatever it was before. Default: 2 s.
    var slowMilliseconds = 2_000.0
}

/// What is remembered of statements from run to run.
struct StatementTrend: Codable, Sendable, Equatable {
    /// The counters of one statement; they only grow, unless they began anew.
    struct Count: Codable, Sendable, Equatable {
        var key: String
        var calls: Int
        var milliseconds: Double

        static func none(_ key: String) -> Count { Count(key: key, calls: 0, milliseconds: 0) }
    }

    /// Of the statements that took the most time.
    static let mostStatements = 1_000

    struct Entry: Codable, Sendable, Equatable {
        var count: Count
        /// The mean between earlier runs, in milliseconds; nil before there were two.
        var usualMean: Double?
    }

    private(set) var entries: [String: Entry] = [:]
    /// Whether ``entries`` are all that there were: what is not among them was counted since. Nil in what earlier versions
    /// remembered.
    private(set) var isComplete: Bool?

    /// Takes this run's counters in. The usual mean follows slowly, so that one slow night does not hide the next.
    mutating func settle(_ counts: [Count], _ limits: StatementLimits) -> [Finding] {
        var findings: [Finding] = []
        var next: [String: Entry] = [:]
        for count in counts {
            let before = entries[count.key] ?? (isComplete == true ? Entry(count: .none(count.key)) : nil)
            var entry = Entry(count: count, usualMean: before?.usualMean)
            if let before, count.calls - before.count.calls >= limits.calls,
                count.milliseconds >= before.count.milliseconds
            {
                let calls = count.calls - before.count.calls
                let mean = (count.milliseconds - before.count.milliseconds) / Double(calls)
                if let finding = Self.finding(count.key, mean, usual: before.usualMean, calls: calls, limits) {
                    findings.append(finding)
                }
                entry.usualMean = before.usualMean.map { 0.8 * $0 + 0.2 * mean } ?? mean
            } else if let before, count.calls >= before.count.calls, count.calls - before.count.calls < limits.calls {
                // Too few calls yet: the interval goes on.
                entry.count = before.count
            }
            next[count.key] = entry
        }
        entries = next
        isComplete = counts.count < Self.mostStatements
        return findings
    }

    private static func finding(
        _ key: String, _ mean: Double, usual: Double?, calls: Int, _ limits: StatementLimits
    ) -> Finding? {
        let isRegressed = usual.map { mean >= limits.factor * $0 && mean >= limits.regressedMilliseconds } ?? false
        guard isRegressed || mean >= limits.slowMilliseconds else { return nil }
        var evidence: [String: EvidenceValue] = ["mean_milliseconds": .number(rounded(mean)), "calls": .integer(calls)]
        if let usual { evidence["usual_mean_milliseconds"] = .number(rounded(usual)) }
        let before = isRegressed ? ", where it took \(rounded(usual ?? 0)) ms before" : ""
        return Finding(
            .slowStatement, object: "statement \(key)", severity: isRegressed ? .warning : .notice,
            confidence: .baseline,
            summary: "takes \(rounded(mean)) ms each time\(before)", evidence: evidence,
            remedy: Remedy(
                ["SELECT query FROM pg_stat_statements WHERE queryid = \(key);"],
                advice:
                    "Look at its plan: EXPLAIN (ANALYZE, BUFFERS), or from 16 on EXPLAIN (GENERIC_PLAN) of the text as it "
                    + "stands there. ANALYZE its tables where their statistics are old.", lock: "None.", risk: "None."),
            caveat: "It may have been asked for more rows than before, or have waited for locks or a busy disk.",
            measure: mean * Double(calls))
    }

    private static func rounded(_ milliseconds: Double) -> Double { (milliseconds * 10).rounded() / 10 }

    static let untracked = Finding(
        .statementsNotTracked, object: "database", severity: .notice, confidence: .certain,
        summary: "pg_stat_statements is not there: nobody can say which statements take the time", evidence: [:],
        remedy: Remedy(
            ["CREATE EXTENSION IF NOT EXISTS pg_stat_statements;"],
            advice: "Add pg_stat_statements to shared_preload_libraries and restart the server first.", lock: "None.",
            risk: "It costs some memory, and a little time of each statement."),
        caveat: "Another extension may do the same.")

    /// Those that took the most time, whoever ran them; a statement's counts are summed over roles and levels.
    static func query(_ source: StatementStatistics) -> ServerText {
        """
        SELECT queryid::pg_catalog.text AS key, sum(calls)::pg_catalog.int8 AS calls,
          sum(\(source.totalTimeColumn)) AS milliseconds
        FROM \(source.schema.quotedAsIdentifier).pg_stat_statements(false)
        WHERE queryid IS NOT NULL
          AND dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
        GROUP BY queryid ORDER BY 3 DESC LIMIT \(StatementTrend.mostStatements)
        """
    }
}

extension StatementTrend.Count {
    init(_ row: ResultTable.Row) throws {
        self.init(key: try row.string("key"), calls: try row.int("calls"), milliseconds: try row.double("milliseconds"))
    }
}
