import JobModel

/// The keys of a job of kind `backup`.
struct BackupTable {
    func read(_ section: inout Section) -> BackupJob? {
        let database = section.string("database", wanted: "the name of a database of this file")
        let stores = section.strings("stores")
        for key in ["database", "stores"] where !section.has(key) {
            section.complain("\(section.title) needs \"\(key)\"")
        }
        if stores?.isEmpty == true { section.complain("stores", "\"stores\" names none: backups would go nowhere") }
        checkTwice(stores ?? [], &section)
        var job = BackupJob(database: database ?? "", stores: stores ?? [])
        job.databases = DatabaseSelectionKeys().read(&section)
        job.settings = settings(&section)
        job.retention = retention(&section)
        if let limit = section.fraction("shrink_limit") { job.shrinkLimit = limit }
        if let required = section.flag("require_verified") { job.requiresVerified = required }
        return database == nil || stores == nil ? nil : job
    }

    private func checkTwice(_ stores: [String], _ section: inout Section) {
        for (index, store) in stores.enumerated() where stores[..<index].contains(store) {
            section.complain(element: index, of: "stores", "\"stores\" names \"\(store)\" twice")
        }
    }

    private func settings(_ section: inout Section) -> BackupSettings {
        var settings = BackupSettings()
        if let workers = section.wholeNumber("workers", in: 1...64) { settings.workers = workers }
        if let splits = section.flag("split_tables") { settings.splitsTables = splits }
        if let compression = compression(&section) { settings.compression = compression }
        if let wait = section.duration("lock_wait", in: .zero ... .days(1)) { settings.lockWait = wait }
        settings.maxRateInBytes = section.byteRate("max_rate", in: BackupSettings.ratesInBytes)
        if let age = section.duration("max_snapshot_age", in: .seconds(1) ... .days(366)) {
            settings.maxSnapshotAge = age
        }
        settings.maxStandbyLag = section.duration("max_standby_lag", in: .seconds(1) ... .days(366))
        settings.filters = filters(&section)
        if let globals = globals(&section) { settings.globals = globals }
        return settings
    }

    private func compression(_ section: inout Section) -> CompressionSetting? {
        guard let text = section.string("compression") else { return nil }
        guard let setting = CompressionSetting(text) else {
            section.complain("compression", "\"compression\" \(CompressionSetting.refusal(of: text))")
            return nil
        }
        return setting
    }

    private func globals(_ section: inout Section) -> GlobalsSetting? {
        switch section.value("globals") {
        case .flag(let wanted)?: return wanted ? .all : GlobalsSetting.none
        case .string(GlobalsSetting.withoutPasswords.rawValue)?: return .withoutPasswords
        case nil: return nil
        default:
            section.complain("globals", "\"globals\" takes true, false or \"without-passwords\"")
            return nil
        }
    }

    private func filters(_ section: inout Section) -> DumpFilters {
        var filters = DumpFilters()
        filters.includeSchemas = section.strings("include_schemas") ?? []
        filters.excludeSchemas = section.strings("exclude_schemas") ?? []
        filters.includeTables = section.strings("include_tables") ?? []
        filters.excludeTables = section.strings("exclude_tables") ?? []
        filters.excludeTableData = section.strings("exclude_table_data") ?? []
        return filters
    }

    private func retention(_ section: inout Section) -> RetentionPolicy? {
        guard var table = section.table("retention") else { return nil }
        let policy = RetentionTable().read(&table)
        section.absorb(table)
        return policy
    }
}

/// The keys of a job of kind `prune`.
struct PruneTable {
    func read(_ section: inout Section) -> PruneJob? {
        var job = PruneJob()
        if let of = section.stringOrStrings("of") { job.of = of }
        if job.of.isEmpty, section.has("of") { section.complain("of", "\"of\" names no job; leave it out for all") }
        if let age = section.duration("abandoned_after", in: .minutes(10) ... .days(3_660)) { job.abandonedAfter = age }
        return job
    }
}
