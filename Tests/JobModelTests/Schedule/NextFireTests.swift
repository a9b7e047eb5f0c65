import JobModel
import Testing

/// What holds for every expression in every zone.
@Suite struct `the next firing` {
    private static let zones = [
        "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Apia",
        "Africa/Casablanca", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Monrovia", "Pacific/Kwajalein",
        "Europe/Dublin", "America/Nuuk", "Asia/Gaza",
    ]

    /// Some instants beside which clocks change, and one beside which they do not.
    private static func moments(in zone: ZoneRules, using dice: inout CronDice) -> [Int] {
        let changes = zone.transitions(
            after: CivilTime(secondsSinceEpoch: 0), through: CivilTime(compactText: "21000101T000000Z")!)
        let some = changes.shuffled(using: &dice).prefix(5).map(\.instant.secondsSinceEpoch)
        return some + [Int.random(in: 10_000_000...4_000_000_000, using: &dice)]
    }

    @Test(arguments: zones)
    func `is the one that a clock on the wall would show`(name: String) throws {
        let zone = try ZoneDatabase().rules(named: name)
        var dice = CronDice(seed: 1)
        for moment in Self.moments(in: zone, using: &dice) {
            for _ in 0..<12 {
                let random = RandomCron(using: &dice)
                guard let expression = try? CronExpression(parsing: random.text) else { continue }
                let start = moment - Int.random(in: 0...100_000, using: &dice)
                let end = moment + 100_000
                let firings = sequence(first: CivilTime(secondsSinceEpoch: start)) {
                    expression.nextFire(after: $0, in: zone)
                }.dropFirst().prefix { $0.secondsSinceEpoch <= end }.map(\.secondsSinceEpoch)
                #expect(
                    firings == random.firings(after: start, through: end, in: zone), "\(random.text) after \(start)")
            }
        }
    }

    @Test(arguments: zones)
    func `grows strictly, and is the same from wherever one asks`(name: String) throws {
        let zone = try ZoneDatabase().rules(named: name)
        var dice = CronDice(seed: 2)
        for moment in Self.moments(in: zone, using: &dice) {
            for _ in 0..<20 {
                guard let expression = try? CronExpression(parsing: RandomCron(using: &dice).text) else { continue }
                let start = CivilTime(secondsSinceEpoch: moment - Int.random(in: 0...100_000, using: &dice))
                let firings = expression.firings(60, after: start, in: zone)
                #expect(
                    zip([start] + firings, firings).allSatisfy { $0 < $1 }, "\(expression.text) after \(start.text)")
                guard let last = firings.last else { continue }
                for _ in 0..<20 {
                    let between = CivilTime(
                        secondsSinceEpoch: Int.random(
                            in: start.secondsSinceEpoch..<last.secondsSinceEpoch, using: &dice))
                    #expect(
                        expression.nextFire(after: between, in: zone) == firings.first { $0 > between },
                        "\(expression.text) after \(between.text)")
                }
            }
        }
    }

    @Test(arguments: [
        ("0 0 29 2 *", "20960301T000000Z", "2104-02-29T00:00:00Z"),
        ("0 0 29 2 */6", "20760301T000000Z", "2088-02-29T00:00:00Z"),
        ("59 23 31 12 *", "99981231T235900Z", "9999-12-31T23:59:00Z"),
        ("0 0 1 1 *", "19691231T235959Z", "1970-01-01T00:00:00Z"),
    ])
    func `is found over long distances`(text: String, start: String, next: String) throws {
        let expression = try CronExpression(parsing: text)
        let start = try #require(CivilTime(compactText: start))
        #expect(expression.nextFire(after: start, in: .utc)?.text == next)
    }

    /// The second Sunday of March: there is no 02:00 in New York on that day.
    @Test func `is nil where the clocks leave out every match`() throws {
        let expression = try CronExpression(parsing: "*/5 2 8-14 3 */7")
        let start = try #require(CivilTime(compactText: "20260101T000000Z"))
        #expect(expression.nextFire(after: start, in: try ZoneDatabase().rules(named: "America/New_York")) == nil)
        #expect(expression.nextFire(after: start, in: .utc)?.text == "2026-03-08T02:00:00Z")
    }
}
