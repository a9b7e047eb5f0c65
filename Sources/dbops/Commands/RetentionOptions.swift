import ArgumentParser
import JobModel
import Operations

/// What is kept, where no job file says it.
struct RetentionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The newest ones, whatever their age.", valueName: "number"))
    var keepLast = 0

    @Option(help: ArgumentHelp("All that are no older, for instance 48h or 2d12h.", valueName: "duration"))
    var keepWithin: String?

    @Option(help: ArgumentHelp("The newest of each of so many hours.", valueName: "number"))
    var keepHourly = 0

    @Option(help: ArgumentHelp("The newest of each of so many days.", valueName: "number"))
    var keepDaily = 0

    @Option(help: ArgumentHelp("The newest of each of so many weeks (ISO 8601).", valueName: "number"))
    var keepWeekly = 0

    @Option(help: ArgumentHelp("The newest of each of so many months.", valueName: "number"))
    var keepMonthly = 0

    @Option(help: ArgumentHelp("The newest of each of so many years.", valueName: "number"))
    var keepYearly = 0

    @Flag(help: "Delete nothing that is newer than the newest verified backup.")
    var requireVerified = false

    @Option(
        help: ArgumentHelp(
            "A backup smaller by more than this fraction of the median is kept apart.", valueName: "fraction"))
    var shrinkLimit = 0.5

    @Option(help: ArgumentHelp("The zone of days, weeks, months and years.", valueName: "zone"))
    var timezone = "UTC"

    @Option(
        help: ArgumentHelp("Sweep what a killed run has left once it is older than this.", valueName: "duration"))
    var abandonedAfter = "24h"

    func validate() throws {
        guard (0...1).contains(shrinkLimit) else { throw ValidationError("--shrink-limit takes 0 to 1") }
        _ = try Self.duration(abandonedAfter, of: "--abandoned-after")
        if let keepWithin { _ = try Self.duration(keepWithin, of: "--keep-within") }
    }

    var keepsAnything: Bool {
        [keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly].contains { $0 != 0 } || keepWithin != nil
    }

    func request(job: String) throws -> PruneRequest {
        var request = PruneRequest(job: job, policy: try policy())
        request.zone = try ZoneDatabase().rules(named: timezone)
        request.requiresVerified = requireVerified
        request.shrinkLimit = shrinkLimit
        request.abandonedAfter = try Self.duration(abandonedAfter, of: "--abandoned-after")
        return request
    }

    private func policy() throws -> RetentionPolicy {
        var policy = RetentionPolicy()
        policy.last = keepLast
        policy.hourly = keepHourly
        policy.daily = keepDaily
        policy.weekly = keepWeekly
        policy.monthly = keepMonthly
        policy.yearly = keepYearly
        policy.within = try keepWithin.map { try Self.duration($0, of: "--keep-within") }
        return policy
    }

    private static func duration(_ text: String, of option: String) throws -> Duration {
        guard let duration = DurationText.duration(text) else {
            throw ValidationError("\(option) takes a duration such as 48h or 2d12h; not \"\(text)\"")
        }
        return duration
    }
}
