import JobModel

/// The keys of a job of kind `maintain`.
struct MaintainTable {
    func read(_ section: inout Section) -> MaintainJob? {
        let database = section.database()
        var job = MaintainJob(database: database ?? "")
        job.vacuum = section.choice("vacuum") ?? job.vacuum
        job.analyze = section.choice("analyze") ?? job.analyze
        job.reindex = section.choice("reindex") ?? job.reindex
        job.tables = patterns("tables", &section)
        job.excludedTables = patterns("exclude_tables", &section)
        job.truncatedTables = patterns("truncate_tables", &section)
        job.repackedTables = patterns("repack_tables", &section)
        job.costLimit = section.wholeNumber("cost_limit", in: 1...10_000) ?? job.costLimit
        job.minInterval = section.duration("min_interval", in: .zero ... .days(366)) ?? job.minInterval
        let sizes = 0...(1 << 30)
        job.reindexMinWasteInMiB = section.wholeNumber("reindex_min_waste_mib", in: sizes) ?? job.reindexMinWasteInMiB
        job.reindexLimitInMiB = section.wholeNumber("reindex_limit_mib", in: sizes) ?? job.reindexLimitInMiB
        job.measureLimitInMiB = section.wholeNumber("measure_limit_mib", in: sizes) ?? job.measureLimitInMiB
        if job.vacuum == .off, job.analyze == .off, job.reindex == .off, job.repackedTables.isEmpty {
            section.complain("\(section.title) does nothing: vacuum, analyze and reindex are all \"off\"")
        }
        return database == nil ? nil : job
    }

    private func patterns(_ key: String, _ section: inout Section) -> [TablePattern] {
        (section.strings(key) ?? []).compactMap(TablePattern.init)
    }
}
