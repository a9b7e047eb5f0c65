import JobModel
import Testing

@testable import Operations

/// When a sequence will be full, judged by what an earlier run saw.
@Suite struct SequenceHeadroomTests {
    private static let column = FilledColumn(
        sequence: 7, sequenceName: "public.s", table: "public.t", column: "id", type: "integer", increment: 1, start: 1,
        limit: 2_147_483_647, isUniqueKey: true, isReadable: true, rows: 0)
    private let start = CivilTime(secondsSinceEpoch: 1_000_000_000)
    private func days(_ count: Int) -> CivilTime {
        CivilTime(secondsSinceEpoch: start.secondsSinceEpoch + count * 86_400)
    }

    @Test(
        arguments: [
            (Int64(2_000_000_000), nil, AdviceSeverity.critical), (1_600_000_000, nil, .warning),
            (1_100_000_000, nil, .notice), (1_000_000_000, nil, nil), (600_000_000, 100_000_000.0, .critical),
            (600_000_000, 20_000_000.0, .warning), (600_000_000, 1_000_000.0, nil), (100_000_000, 500_000_000.0, nil),
        ] as [(Int64, Double?, AdviceSeverity?)])
    func `what is used, and how fast, decides`(value: Int64, perDay: Double?, severity: AdviceSeverity?) {
        #expect(SequenceHeadroom.finding(Self.column, value: value, perDay: perDay)?.severity == severity)
    }

    @Test func `the rate is known after a day, and not before`() {
        let before = SequenceHeadroom.Sample([Self.column], [7: 1_000], at: start, before: nil)
        #expect(before.perDay(Self.column, 5_000, now: start) == nil)
        let after = SequenceHeadroom.Sample([Self.column], [7: 5_000], at: days(2), before: before)
        #expect(after.perDay(Self.column, 5_000, now: days(2)) == 2_000)
    }

    @Test func `what was seen long ago is left for what is seen now`() {
        let before = SequenceHeadroom.Sample([Self.column], [7: 1_000], at: start, before: nil)
        let after = SequenceHeadroom.Sample([Self.column], [7: 9_000], at: days(31), before: before)
        #expect(after.values["public.s"] == .init(value: 9_000, at: days(31)))
    }
}
