import JobModel

/// The keys of a job of kind `clean`.
struct CleanTable {
    func read(_ section: inout Section) -> CleanJob? {
        for key in ["table", "column", "older_than"] where !section.has(key) {
            section.complain("\(section.title) needs \"\(key)\"")
        }
        let table = section.string("table", wanted: "the name of a table, \"schema.table\"")
        let column = section.string("column", wanted: "the name of a column")
        let age = section.duration("older_than", in: .minutes(1) ... .days(36_600))
        let condition = section.string("where", wanted: "a condition in SQL")
        let fraction = section.fraction("max_fraction")
        guard let database = section.database(), let table, let column, let age else { return nil }
        var job = CleanJob(database: database, table: table, column: column, olderThan: age)
        job.condition = condition
        job.maxFraction = fraction ?? job.maxFraction
        return job
    }
}
