import JobModel

/// The keys of a job of kind `maintain`.
struct MaintainTable {
    func read(_ section: inout Section) -> MaintainJob? {
        let database = section.database()
        var job = MaintainJob(database: database ?? "")
        job.vacuum = section.choice("vacuum") ?? job.vacuum
        job.analyze = section.choice("analyze") ?? job.analyze
        job.reindex = section.choice("reindex") ?? job.reindex
        return database == nil ? nil : job
    }
}
