import ArgumentParser
import JobModel

/// `dbops next`
struct NextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "Show when a schedule fires.",
        discussion: """
            EXAMPLES
              dbops next --expression "0 2 * * *" --timezone Europe/Berlin
              dbops next --expression "*/15 2 * * *" --timezone America/New_York --explain
              dbops next --expression @daily --after 2027-01-01T00:00:00Z --count 1 --json
            """)

    @Option(help: ArgumentHelp("Five fields of cron, or a nickname such as @daily.", valueName: "cron"))
    var expression: String

    @Option(help: ArgumentHelp("The IANA name of the zone whose clocks are meant.", valueName: "zone"))
    var timezone = "UTC"

    @Option(name: .shortAndLong, help: "How many firings, from 1 to 10000.")
    var count = 5

    @Option(
        help: ArgumentHelp(
            "The firings after this instant, such as 2027-01-01T00:00:00Z. Default: now.", valueName: "instant"))
    var after: String?

    @Flag(help: "Tell for 400 days when clock changes skip, move or double firings.")
    var explain = false

    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard (1...10_000).contains(count) else { throw ValidationError("--count must be from 1 to 10000") }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let expression = try CronExpression(parsing: expression)
            let zone = try assembly.zones.rules(named: timezone)
            let start = try assembly.instant(after)
            guard let schedule = Schedule(job: "", trigger: .cron(expression), zone: zone) else { return }
            try ScheduleRendering(json: global.json, explains: explain)
                .print(name: nil, schedule, count: count, after: start)
        }
    }
}
