import JobModel
import Postgres

extension AdviceCheck {
    /// A sequence that is behind the column that it fills, as after rows were copied without it: inserts will fail on the
    /// key.
    static let identityDrift = identityDrift(within: .seconds(1))

    static func identityDrift(within budget: Duration) -> AdviceCheck {
        AdviceCheck(.identityDrift, "sequences behind their column") { probe in
            try await IdentityDrift(probe: probe, budget: budget).findings()
        }
    }
}

private struct IdentityDrift {
    let probe: AdviceProbe
    /// For how long tables are asked.
    let budget: Duration

    static let tablesOfAStatement = 50
    /// A key this many steps ahead is met soon.
    static let nearInSteps = 10_000.0

    func findings() async throws -> [Finding] {
        let columns = try await FilledColumn.gather(probe.session).filter {
            $0.isUniqueKey && $0.isReadable && $0.increment > 0
        }
        let values = try await SequenceValues(session: probe.session).values(of: columns.map(\.sequence))
        let before: IdentityRound = await probe.remembered(.identityDrift) ?? IdentityRound()
        let (asked, start) = (before.ordered(columns), ContinuousClock.now)
        var (findings, found, count): ([Finding], [UInt32], Int) = ([], [], 0)
        while count < asked.count, count == 0 || ContinuousClock.now - start < budget {
            let batch = Array(asked[count..<min(count + Self.tablesOfAStatement, asked.count)])
            for row in try await probe.rows(Self.query(batch, values)) {
                let column = batch[try row.int("number")]
                findings.append(try finding(column, value: values[column.sequence], row))
                found.append(column.sequence)
            }
            count += batch.count
        }
        let next = before.following(asked, lookedAt: count, found: found)
        if next != before { try await probe.remember(next, of: .identityDrift) }
        guard count == asked.count || next.isComplete else {
            throw AdviceGap(
                "only \(count) of \(asked.count) tables were looked at, within "
                    + "\(Quantities.seconds(Double(budget.components.seconds))): the next run of the job goes on from there",
                findings: findings)
        }
        return findings
    }

    /// The smallest key above the sequence's value, by the index on it.
    static func query(_ columns: [FilledColumn], _ values: [UInt32: Int64]) -> ServerText {
        let parts = columns.enumerated().map { number, column -> ServerText in
            let next = values[column.sequence].map { "> (\($0))" } ?? ">= (\(column.start))"
            return """
                SELECT \(number) AS number, (SELECT min(\(column.column))::int8 FROM \(column.table)
                  WHERE \(column.column) \(next)) AS next_key
                """
        }
        return "SELECT * FROM (\(parts.joined(separator: " UNION ALL "))) drift WHERE next_key IS NOT NULL"
    }

    private func finding(_ column: FilledColumn, value: Int64?, _ row: ResultTable.Row) throws -> Finding {
        let next = try row.int64("next_key")
        let steps = (Double(next) - Double(value ?? column.start)) / Double(column.increment)
        let isNear = steps <= Self.nearInSteps
        let drawn = value.map { "has drawn \($0)" } ?? "has drawn nothing yet"
        return Finding(
            .identityDrift, object: column.sequenceName, severity: isNear ? .critical : .notice, confidence: .measured,
            summary: "\(drawn), but \(column.table).\(column.column) holds \(next) already",
            evidence: [
                "last_value": value.map { .integer(Int($0)) } ?? .text("none"), "next_key": .integer(Int(next)),
                "steps_to_collision": .number(steps),
            ],
            remedy: Remedy(
                [
                    "SELECT pg_catalog.setval('\(column.sequenceName.replacing("'", with: "''"))', "
                        + "(SELECT max(\(column.column)) FROM \(column.table)));"
                ], lock: "None that anybody waits for.",
                risk: "It is not undone by a rollback; an insert at the same moment may draw a value from before."),
            caveat: "Keys that were set by hand, far ahead, are no trouble for as long as nothing comes near.",
            measure: -steps)
    }
}
