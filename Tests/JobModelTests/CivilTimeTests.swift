import JobModel
import Testing

@Suite struct `an instant and a day` {
    @Test(arguments: [
        ("2026-11-21T02:00:00Z", "2026-11-21T02:00:00Z"), ("2026-11-21T02:00:00+01:00", "2026-11-21T01:00:00Z"),
        ("2026-01-01T00:00:00+05:45", "2025-12-31T18:15:00Z"), ("2024-02-29T23:59:59-03:30", "2024-03-01T03:29:59Z"),
        ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"), ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ])
    func `are read with an offset`(text: String, utc: String) {
        #expect(CivilTime(rfc3339: text)?.text == utc)
    }

    @Test(arguments: [
        "", "Z", "now", "2026-11-21", "2026-11-21T02:00:00", "2026-11-21T02:00Z", "2026-02-29T02:00:00Z",
        "2026-11-21T24:00:00Z", "2026-11-21T02:00:00.5Z", "20261121T020000Z", "2026-11-21 02:00:00Z",
        "2026-11-21T02:00:00+1:00", "2026-11-21T02:00:00+01:60", "2026-11-21T02:00:00+24:00",
        "2026-11-21T02:00:00 01:00",
        "2026-11-21T02:00:00+0100", "2026-13-01T00:00:00Z", "2026-11-21T02:00:00+٠١:٠٠", "2026-11-21T02:00:60Z",
    ])
    func `are refused in any other form`(text: String) {
        #expect(CivilTime(rfc3339: text) == nil)
    }

    /// 1600-01-01 to 2400: all the kinds of years there are.
    @Test func `count the days of a whole cycle`() {
        var date = CivilDate(year: 1600, month: 1, day: 1)
        var number = date.daysSinceEpoch
        var faults = 0
        for _ in 0..<292_194 {
            if CivilDate(daysSinceEpoch: number) != date || date.daysSinceEpoch != number { faults += 1 }
            number += 1
            date = Self.nextDay(date)
        }
        #expect(faults == 0)
        #expect(date == CivilDate(year: 2400, month: 1, day: 1))
    }

    @Test(arguments: [
        (2026, 11, 21, 6), (1970, 1, 1, 4), (1969, 12, 28, 0), (2000, 2, 29, 2), (1900, 3, 1, 4),
    ])
    func `fall on a weekday`(year: Int, month: Int, day: Int, weekday: Int) {
        #expect(CivilDate(year: year, month: month, day: day).weekday == weekday)
    }

    private static func nextDay(_ date: CivilDate) -> CivilDate {
        let isLeap = date.year % 4 == 0 && date.year % 100 != 0 || date.year % 400 == 0
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        if date.day < lengths[date.month - 1] {
            return CivilDate(year: date.year, month: date.month, day: date.day + 1)
        }
        return date.month < 12
            ? CivilDate(year: date.year, month: date.month + 1, day: 1)
            : CivilDate(year: date.year + 1, month: 1, day: 1)
    }
}
