import JobModel

/// The keys of a job of kind `clean`.
struct CleanTable {
    let surroundings: JobFileSurroundings

    func read(_ section: inout Section) -> CleanJob? {
        for key in ["table", "column", "older_than"] where !section.has(key) {
            section.complain("\(section.title) needs \"\(key)\"")
        }
        let database = section.database()
        let table = section.string("table", wanted: "the name of a table, \"schema.table\"")
        let column = section.string("column", wanted: "the name of a column")
        let age = section.duration("older_than", in: .minutes(1) ... .days(36_600))
        var job = CleanJob(
            database: database ?? "", table: table ?? "", column: column ?? "", olderThan: age ?? .zero)
        job.columnTimezone = section.timeZone("column_timezone", surroundings)
        job.condition = section.string("where", wanted: "a condition in SQL")
        readLimits(&section, &job)
        if let age, age < CleanJob.leastAge, !job.force.contains(.age) {
            section.complain("older_than", "\"older_than\" is less than 1h: say force = [\"age\"] if that is meant")
        }
        return [database, table, column].contains(nil) || age == nil ? nil : job
    }

    private func readLimits(_ section: inout Section, _ job: inout CleanJob) {
        job.maxFraction = section.fraction("max_fraction") ?? job.maxFraction
        job.partitions = section.choice("partitions") ?? job.partitions
        job.duty = section.fraction("duty") ?? job.duty
        job.maxPause = section.duration("max_pause", in: .seconds(1) ... .days(1)) ?? job.maxPause
        job.force = risks(&section)
    }

    private func risks(_ section: inout Section) -> Set<CleanJob.Risk> {
        let words = CleanJob.Risk.allCases.map(\.rawValue)
        var risks: Set<CleanJob.Risk> = []
        for (index, text) in (section.strings("force") ?? []).enumerated() {
            if let risk = CleanJob.Risk(rawValue: text) {
                risks.insert(risk)
            } else {
                section.complain(element: index, of: "force", section.notAChoice("force", text, among: words))
            }
        }
        return risks
    }
}
