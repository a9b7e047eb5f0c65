import JobModel
import Testing

/// Every case of `Cases/cron.json`.
@Suite struct `the table of cron cases` {
    @Test func `is read as a whole`() {
        let all = CronCases.all
        #expect(all.agreed.count == 721)
        #expect(all.disputed.count == 175)
        #expect(all.invalid.count == 36)
        #expect(all.syntax.count == 63)
    }

    @Test(arguments: CronCases.all.agreed)
    func `fires where independent libraries agree`(example: CronCases.Firing) throws {
        #expect(try firings(of: example) == example.next.map(\.text))
    }

    @Test(arguments: CronCases.all.disputed)
    func `fires by the rule where libraries differ`(example: CronCases.Firing) throws {
        #expect(try firings(of: example) == example.next.map(\.text))
    }

    @Test(arguments: CronCases.all.invalid)
    func `refuses what no library should accept`(example: CronCases.Syntax) {
        #expect(throws: CronError.self) { try CronExpression(parsing: example.expr) }
    }

    @Test(arguments: CronCases.all.syntax)
    func `accepts the grammar and nothing else`(example: CronCases.Syntax) {
        #expect(((try? CronExpression(parsing: example.expr)) != nil) == example.isAccepted)
    }

    private func firings(of example: CronCases.Firing) throws -> [String] {
        let expression = try CronExpression(parsing: example.expr)
        let zone = try ZoneDatabase().rules(named: example.tz)
        return expression.firings(example.next.count, after: example.start, in: zone).map(\.text)
    }
}
