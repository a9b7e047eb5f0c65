import JobModel
import Postgres

extension AdviceCheck {
    /// That pg_stat_statements forgets statements for want of room: what it counts leaves a part out.
    static let statementsEvicted = statementsEvicted(leastPerDay: 24)

    static func statementsEvicted(leastPerDay: Double) -> AdviceCheck {
        AdviceCheck(.statementsEvicted, "an account of statements that forgets") { probe in
            // Before 1.9 of the extension nobody counts it.
            guard let source = try await StatementStatistics.find(probe.session), source.countsEvictions else {
                return []
            }
            return try await probe.rows(StatementsEvicted.query(source)).compactMap {
                try StatementsEvicted.finding($0, leastPerDay: leastPerDay)
            }
        }
    }
}

enum StatementsEvicted {
    static func finding(_ row: ResultTable.Row, leastPerDay: Double) throws -> Finding? {
        let (evictions, seconds) = (try row.int("evictions"), try row.double("seconds"))
        // Less than an hour is no habit.
        let perDay = Double(evictions) / max(seconds, 3_600) * 86_400
        guard evictions > 0, perDay >= leastPerDay else { return nil }
        return Finding(
            .statementsEvicted, object: "database", severity: .notice, confidence: .measured,
            summary:
                "pg_stat_statements had to forget statements \(Quantities.count(Int(perDay.rounded()))) times a day",
            evidence: [
                "evictions": .integer(evictions), "evictions_per_day": .number(perDay.rounded()),
                "pg_stat_statements_max": .text(try row.name("most")),
            ],
            remedy: .setting(
                "pg_stat_statements.max", to: "20000", needsRestart: true,
                advice: "Better let programs send parameters, rather than a new text each time.",
                risk: "Some memory, and a longer look at the view."),
            caveat: "Statements that run once, such as those of a migration, drive out others for a while.",
            measure: perDay)
    }

    static func query(_ source: StatementStatistics) -> ServerText {
        """
        SELECT dealloc AS evictions, pg_catalog.current_setting('pg_stat_statements.max') AS most,
          pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - stats_reset) AS seconds
        FROM \(source.schema.quotedAsIdentifier).pg_stat_statements_info
        """
    }
}
