import JobModel

/// The keys of a job of kind `verify`.
struct VerifyTable {
    let surroundings: JobFileSurroundings

    func read(_ section: inout Section) -> VerifyJob? {
        if !section.has("of") { section.complain("\(section.title) needs \"of\": the backup job that it proves") }
        let of = section.string("of", wanted: "the name of a backup job")
        var job = VerifyJob(of: of ?? "")
        if let which = section.choice("which", VerifyJob.Choice.self) { job.which = which }
        job.databases = DatabaseSelectionKeys().read(&section) ?? job.databases
        job.mostDatabases = section.wholeNumber("most_databases", in: 1...10_000)
        job.store = section.string("store", wanted: "the name of a store of this file")
        if let workers = section.wholeNumber("workers", in: 1...64) { job.jobs = workers }
        job.checks = checks(&section)
        job.runsAmcheck = section.flag("amcheck") ?? job.runsAmcheck
        job.timeBudget = section.duration("time_budget", in: .seconds(1) ... .days(366))
        return of == nil ? nil : job
    }

    private func checks(_ section: inout Section) -> [ContentCheck] {
        var checks: [ContentCheck] = []
        for var table in section.tables("checks") {
            if let check = ContentCheckTable(surroundings: surroundings).read(&table) {
                if checks.contains(where: { $0.name == check.name }) {
                    table.complain("name", "another check of this job is called \"\(check.name)\" too")
                }
                checks.append(check)
            }
            section.absorb(table)
        }
        return checks
    }
}
