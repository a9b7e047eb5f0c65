import JobModel
import Testing

@Suite struct `the plain text of a cron expression` {
    @Test(arguments: [
        ("0 2 * * *", "0 2 * * *"), ("@daily", "0 0 * * *"), ("*/5 * * * *", "*/5 * * * *"),
        ("*/7 * * * *", "*/7 * * * *"), ("0-59/30 */6 * * *", "0,30 */6 * * *"),
        ("0 22-23,0-2 * * *", "0 0-2,22,23 * * *"),
        ("0 2 * jan-mar mon-fri", "0 2 * 1-3 1-5"), ("0 2 * * 7", "0 2 * * 0"), ("0 2 * * 5-7", "0 2 * * 0,5,6"),
        ("0 2 1,15 * 1", "0 2 1,15 * 1"), ("0 2 */2 * *", "0 2 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31 * *"),
        ("0 2 1-31 * 1", "0 2 * * *"), ("0 2 * * 0-6", "0 2 * * *"),
    ])
    func `says the same to every tool`(text: String, plain: String) throws {
        #expect(try CronExpression(parsing: text).plainText == plain)
    }

    @Test(arguments: ["0 2 */2 * 1", "0 2 1 * */2"])
    func `is not there where both days must match`(text: String) throws {
        #expect(try CronExpression(parsing: text).plainText == nil)
    }

    @Test(arguments: [
        "*/7 3-5 * * *", "59 23 31 12 *", "0 2 1,15 * 1", "5,6,7,20 */6 * 2-4 sun,wed", "0 2 1-31 * 1", "0 2 */3 * *",
    ])
    func `fires at the same instants`(text: String) throws {
        let expression = try CronExpression(parsing: text)
        let plain = try CronExpression(parsing: try #require(expression.plainText))
        var instant = CivilTime(secondsSinceEpoch: 1_800_000_000)
        for _ in 0..<100 {
            let next = try #require(expression.nextFire(after: instant, in: .utc))
            #expect(plain.nextFire(after: instant, in: .utc) == next)
            instant = next
        }
    }
}
