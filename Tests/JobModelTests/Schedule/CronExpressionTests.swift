import JobModel
import Testing

@Suite struct `a cron expression` {
    /// An expression, the field that is wrong, a part of the reason, a part of the advice.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: String
        let field: CronField?
        let reason: String
        let advice: String

        init(_ text: String, _ field: CronField?, _ reason: String, advice: String) {
            self.text = text
            self.field = field
            self.reason = reason
            self.advice = advice
        }

        var testDescription: String { "\"\(text)\"" }
    }

    private static let refusals: [Refusal] = [
        Refusal("", nil, "is empty", advice: "0 2 * * *"),
        Refusal("0 0 0 1 1 *", nil, "has 6 fields, not five", advice: "every = \"30s\""),
        Refusal("* * * *", nil, "has 4 fields, not five", advice: "minute, hour"),
        Refusal("CRON_TZ=UTC 0 0 * * *", nil, "has 6 fields", advice: "timezone"),
        Refusal("0 0 * * * # nightly", nil, "fields, not five", advice: "comment"),
        Refusal("@every 5m", nil, "is no nickname", advice: "every = \"5m\""),
        Refusal("@reboot", nil, "is no nickname", advice: "no schedule"),
        Refusal("@Daily", nil, "is no nickname", advice: "@daily"),
        Refusal("0 0 30 2 *", nil, "never fires", advice: "28"),
        Refusal("0 0 31 4,6 *", nil, "never fires", advice: "1"),
        Refusal("*/0 * * * *", .minute, "step is 0", advice: "*/15"),
        Refusal("0 */x * * *", .hour, "not a number", advice: "*/15"),
        Refusal("0 22-2 * * *", .hour, "runs backwards", advice: "22-23,0-2"),
        Refusal("0 0 * nov-feb *", .month, "runs backwards", advice: "11-12,1-2"),
        Refusal("0 0 L * *", .dayOfMonth, "not understood", advice: "last day"),
        Refusal("0 0 15W * *", .dayOfMonth, "not understood", advice: "working day"),
        Refusal("0 0 * * 5L", .dayOfWeek, "not understood", advice: "last day"),
        Refusal("0 0 * * 1#2", .dayOfWeek, "not understood", advice: "n-th weekday"),
        Refusal("0 0 ? * 1", .dayOfMonth, "not understood", advice: "*"),
        Refusal("H 2 * * *", .minute, "not understood", advice: "spread"),
        Refusal("0~30 2 * * *", .minute, "not understood", advice: "spread"),
        Refusal("0 0 * * Monday", .dayOfWeek, "not understood", advice: "Write mon."),
        Refusal("0 0 * january *", .month, "not understood", advice: "Write jan."),
        Refusal("60 * * * *", .minute, "60, which is out of range", advice: "0-59"),
        Refusal("0 0 * * 8", .dayOfWeek, "8, which is out of range", advice: "0-7"),
        Refusal("1,,2 * * * *", .minute, "empty item", advice: "comma"),
        Refusal("0 0 * * 7/2", .dayOfWeek, "count on", advice: "0"),
        Refusal("٣ * * * *", .minute, "not understood", advice: "0-59"),
        Refusal("00000 * * * *", .minute, "not understood", advice: "0-59"),
    ]

    @Test(arguments: refusals)
    func `is refused with the field, the reason and advice`(refusal: Refusal) throws {
        let error = try #require(throws: CronError.self) { try CronExpression(parsing: refusal.text) }
        #expect(error.field == refusal.field)
        #expect(error.message.contains(refusal.reason), "\(error.message)")
        #expect(error.message.contains(refusal.text))
        #expect(error.category == .usage)
        if let field = refusal.field { #expect(error.message.hasPrefix("the \(field.label) field")) }
        #expect(error.hint?.contains(refusal.advice) == true, "\(error.hint ?? "")")
    }

    @Test(arguments: [
        ("*/7 * * * *", "4 in place of 7"), ("*/90 * * * *", "matches 0 only"), ("0-59/100 2 * * *", "matches 0 only"),
        ("0 */23 * * *", "1 in place of 23"), ("0 0 */2 * *", "anew each month"), ("0 0 1 */5 *", "2 in place of 5"),
        ("* 2 * * *", "60 times"), ("0 0 13 * 5", "need not match both"), ("0 0 */2 * 1", "must match both"),
        ("0 0 31 * *", "months without a day 31"), ("0 0 29 2 *", "months without a day 29"),
    ])
    func `warns of what people do not mean`(text: String, warning: String) throws {
        let warnings = try CronExpression(parsing: text).warnings
        #expect(warnings.contains { $0.contains(warning) }, "\(warnings)")
    }

    @Test(arguments: [
        "0 2 * * *", "*/15 * * * *", "* * * * *", "0 */6 * * 1-5", "0 0 1 * *", "30 1 28-31 * *", "@daily",
        "0 0 31 1 *",
        "0,30 9-17 * * mon-fri",
    ])
    func `says nothing about what is plain`(text: String) throws {
        #expect(try CronExpression(parsing: text).warnings == [])
    }

    @Test(arguments: [
        ("@daily", "0 0 * * *"), ("@hourly", "0 * * * *"), ("@weekly", "0 0 * * 7"), ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 jan *"), ("@annually", "0 0 1 1 *"), ("@midnight", "00 0 * * 0-7"),
        ("0 0 * * fri-sun", "0 0 * * 0,5,6"), ("0 0 * * 6-0", "0 0 * * 0,6"), ("5/20 3 * * *", "5,25,45 3 * * *"),
        ("0 0 * * 4/2", "0 0 * * 4,6"), ("  0\t0   * * MON ", "0 0 * * 1"),
    ])
    func `has several spellings`(one: String, other: String) throws {
        let start = try #require(CivilTime(compactText: "20260101T000000Z"))
        let firings = [one, other].map { text in
            (try? CronExpression(parsing: text))?.firings(40, after: start, in: .utc)
        }
        #expect(firings[0] == firings[1])
        #expect(firings[0]?.count == 40)
    }

    @Test func `keeps its text`() throws {
        #expect(try CronExpression(parsing: " 0  2 * * * ").text == " 0  2 * * * ")
    }

    @Test(arguments: [
        ("*/15 2 * * *", CronExpression.Cadence.interval), ("0 * * * *", .interval), ("0 0-23 * * *", .fixed),
    ])
    func `is an interval where the minute or the hour starts with a star`(text: String, cadence: CronExpression.Cadence)
        throws
    {
        #expect(try CronExpression(parsing: text).cadence == cadence)
    }
}
