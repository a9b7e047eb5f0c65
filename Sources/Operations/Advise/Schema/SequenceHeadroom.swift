import JobModel
import Postgres

extension AdviceCheck {
    /// A sequence that will reach the end of what it, or the column that it fills, can hold: every insert fails then.
    static let sequenceHeadroom = AdviceCheck(.sequenceHeadroom, "sequences near their end") { probe in
        let columns = try await FilledColumn.gather(probe.session).filter { !$0.isEndless }
        let values = try await SequenceValues(session: probe.session).values(of: columns.map(\.sequence))
        let before: SequenceHeadroom.Sample? = await probe.remembered(.sequenceHeadroom)
        let sample = SequenceHeadroom.Sample(columns, values, at: probe.server.now, before: before)
        try await probe.remember(sample, of: .sequenceHeadroom)
        return columns.compactMap { column in
            values[column.sequence].flatMap {
                SequenceHeadroom.finding(column, value: $0, perDay: sample.perDay(column, $0, now: probe.server.now))
            }
        }
    }
}

extension FilledColumn {
    /// Nobody counts so far.
    fileprivate var isEndless: Bool { limit.magnitude > 1 << 53 }
}

/// How much of a sequence's range is used, and when the rest will be.
enum SequenceHeadroom {
    /// What is remembered of one run to the next, to tell how fast sequences count.
    struct Sample: Codable, Sendable, Equatable {
        struct Value: Codable, Sendable, Equatable {
            var value: Int64
            var at: CivilTime
        }

        /// By the sequence's name. The oldest value of at most 30 days, so that a busy hour does not count as a trend.
        var values: [String: Value]

        static let longestTrendInSeconds = 30 * 86_400
        static let shortestTrendInSeconds = 86_400
        static let mostValues = 5_000

        init(_ columns: [FilledColumn], _ found: [UInt32: Int64], at now: CivilTime, before: Sample?) {
            values = [:]
            for column in columns {
                guard values.count < Self.mostValues, let value = found[column.sequence] else { continue }
                let name = column.sequenceName
                let old = before?.values[name]
                let isFresh = old.map { now.secondsSinceEpoch - $0.at.secondsSinceEpoch <= Self.longestTrendInSeconds }
                values[name] = isFresh == true ? old : Value(value: value, at: now)
            }
        }

        /// Values used in a day; nil where nothing is known, or the time is too short to tell.
        func perDay(_ column: FilledColumn, _ value: Int64, now: CivilTime) -> Double? {
            guard let old = values[column.sequenceName] else { return nil }
            let seconds = now.secondsSinceEpoch - old.at.secondsSinceEpoch
            guard seconds >= Self.shortestTrendInSeconds else { return nil }
            return abs(Double(value) - Double(old.value)) / Double(seconds) * 86_400
        }
    }

    static func finding(_ column: FilledColumn, value: Int64, perDay: Double?) -> Finding? {
        let range = Double(column.limit) - Double(column.start)
        let used = range == 0 ? 1 : (Double(value) - Double(column.start)) / range
        let daysLeft = perDay.flatMap { $0 > 0 ? abs(Double(column.limit) - Double(value)) / $0 : nil }
        guard let severity = severity(used: used, daysLeft: daysLeft) else { return nil }
        var evidence: [String: EvidenceValue] = [
            "last_value": .integer(Int(value)), "last_possible_value": .integer(Int(column.limit)),
            "used_percent": .number((used * 1_000).rounded() / 10), "column": .text("\(column.table).\(column.column)"),
            "type": .text(column.type),
        ]
        if let perDay, let daysLeft {
            evidence["values_per_day"] = .number(perDay.rounded())
            evidence["days_left"] = .number(daysLeft.rounded())
        }
        let end = daysLeft.map { ": full in \(Int($0)) days at the present rate" } ?? ""
        return Finding(
            .sequenceHeadroom, object: column.sequenceName, severity: severity,
            confidence: .measured,
            summary: "\(Int(used * 100)) % of the values for \(column.table).\(column.column) are used\(end)",
            evidence: evidence, remedy: remedy(column),
            caveat: "Values that were set by hand, once, look like values that were counted; the trend tells.",
            measure: used)
    }

    /// Nil where there is room enough.
    private static func severity(used: Double, daysLeft: Double?) -> AdviceSeverity? {
        let daysLeft = daysLeft ?? .infinity
        if used >= 0.9 || used >= 0.2 && daysLeft < 30 { return .critical }
        if used >= 0.7 || used >= 0.2 && daysLeft < 180 { return .warning }
        return used >= 0.5 ? .notice : nil
    }

    private static func remedy(_ column: FilledColumn) -> Remedy {
        let isNarrow = column.type != "bigint"
        return Remedy(
            ["ALTER SEQUENCE \(column.sequenceName) AS bigint NO MAXVALUE;"]
                + (isNarrow ? ["ALTER TABLE \(column.table) ALTER COLUMN \(column.column) TYPE bigint;"] : []),
            advice: isNarrow
                ? "On a large table add a bigint column beside it, fill it in batches, and swap the two; and widen the "
                    + "columns that refer to it first." : nil,
            lock: isNarrow
                ? "ACCESS EXCLUSIVE on \(column.table) while the whole table and its indexes are written anew."
                : "SHARE ROW EXCLUSIVE on the sequence, for a moment.",
            risk: isNarrow
                ? "Nobody reads or writes the table until it is done, and it needs its size again on disk."
                : "Programs that read the values into 32 bits fail.")
    }
}
