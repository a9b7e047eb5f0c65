/// What Benchmarks/schedule runs, compiled together with the sources of JobModel.
@main
struct ScheduleBenchmark {
    static let zones = [
        "Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "Australia/Lord_Howe", "America/Sao_Paulo",
        "Africa/Cairo", "Pacific/Chatham",
    ]
    static let expressions = [
        "0 2 * * *", "*/15 * * * *", "0 0-23 * * *", "*/5 9-17 * * mon-fri", "0 0 13 * 5", "0 0 31 * *", "0 0 29 2 *",
    ]

    static func main() throws {
        let database = ZoneDatabase()
        let clock = ContinuousClock()
        var rules: [ZoneRules] = []
        let reading = try clock.measure { rules = try zones.map { try database.rules(named: $0) } }
        print("\(zones.count) zone files read in \(reading)")
        for text in expressions {
            let expression = try CronExpression(parsing: text)
            let duration = clock.measure {
                for job in 0..<1_000 {
                    fire(expression, 1_000, from: 1_800_000_000 + job, in: rules[job % rules.count])
                }
            }
            print("1,000 firings of each of 1,000 jobs: \(duration)  \(text)")
        }
    }

    static func fire(_ expression: CronExpression, _ count: Int, from start: Int, in zone: ZoneRules) {
        var last = CivilTime(secondsSinceEpoch: start)
        for _ in 0..<count {
            guard let next = expression.nextFire(after: last, in: zone), next > last else {
                return print("\(expression.text) stopped at \(last.text)")
            }
            last = next
        }
    }
}
