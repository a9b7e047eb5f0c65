import ArgumentParser
import JobModel
import Operations

/// What a proof looks at beyond comparing the restored database with the backup.
struct VerifyOptions: ParsableArguments {
    @Option(
        name: .customLong("check"),
        help: ArgumentHelp(
            "SQL that must give true in the restored database. May be said several times.", valueName: "name=sql"))
    var checks: [String] = []

    @Option(
        help: ArgumentHelp(
            "The database that --check asks, in a file of pg_dumpall; of any other file it is the only one.",
            valueName: "name"))
    var checkDatabase: String?

    @Flag(help: "Read all tables and indexes of the restored database by pg_amcheck.")
    var amcheck = false

    @Option(help: ArgumentHelp("How long the restore itself may take: 30m, 1h.", valueName: "duration"))
    var timeBudget: String?

    var isGiven: Bool { !checks.isEmpty || checkDatabase != nil || amcheck || timeBudget != nil }

    func validate() throws {
        if checkDatabase != nil, checks.isEmpty { throw ValidationError("--check-database goes with --check.") }
        _ = try settings(askedBy: [])
    }

    /// With what the jobs ask for that prove this backup; an option stands for itself beside theirs.
    func settings(askedBy jobs: [VerifyJob]) throws -> VerifySettings {
        var settings = VerifySettings()
        settings.checks = try ownChecks()
        for check in jobs.flatMap(\.checks) where !settings.checks.contains(where: { $0.name == check.name }) {
            settings.checks.append(check)
        }
        settings.checkedDatabase = checkDatabase
        settings.runsAmcheck = amcheck || jobs.contains(where: \.runsAmcheck)
        settings.timeBudget = try ownTimeBudget() ?? jobs.compactMap(\.timeBudget).min()
        return settings
    }

    private func ownTimeBudget() throws -> Duration? {
        guard let timeBudget else { return nil }
        guard let duration = DurationText.duration(timeBudget), duration > .zero else {
            throw ValidationError("--time-budget takes a duration such as 30m or 1h, not \"\(timeBudget)\".")
        }
        return duration
    }

    private func ownChecks() throws -> [ContentCheck] {
        var names: Set<String> = []
        return try checks.map { text in
            guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
                throw ValidationError("--check takes NAME=SQL, such as \"has orders=select count(*) > 0 from orders\".")
            }
            let name = String(text[..<sign])
            let sql = String(text[text.index(after: sign)...])
            if let complaint = ContentCheck.complaint(aboutName: name) {
                throw ValidationError("--check: \(complaint).")
            }
            if let complaint = CheckQuery.complaint(about: sql) {
                throw ValidationError("The SQL of --check \"\(name)\" \(complaint).")
            }
            guard names.insert(name).inserted else {
                throw ValidationError("Two checks are called \"\(name)\".")
            }
            return ContentCheck(name: name, question: .query(sql: sql, .isTrue))
        }
    }
}
