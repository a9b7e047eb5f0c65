import JobModel

/// The keys of a job of kind `advise`.
struct AdviseTable {
    func read(_ section: inout Section) -> AdviseJob? {
        section.database().map { AdviseJob(database: $0) }
    }
}
