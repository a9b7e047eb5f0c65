import JobModel

/// The whole document: the tables in it, and that they fit each other.
struct DocumentTable {
    let surroundings: JobFileSurroundings

    struct Reading {
        var configuration = Configuration()
        var complaints: [Complaint] = []
        var warnings: [Complaint] = []
    }

    /// `position` says where a key stands; tables come in the order of the file.
    func read(_ members: [String: Value], position: ([String]) -> Position) -> Reading {
        var document = Section(path: [], members: members)
        var reading = Reading()
        readDaemon(&document, &reading)
        let databases = named("databases", in: &document, position)
        let stores = named("stores", in: &document, position)
        let jobs = named("jobs", in: &document, position)
        let notifiers = named("notifiers", in: &document, position)
        document.finish()
        reading.complaints += document.complaints
        let table = DatabaseTable(surroundings: surroundings)
        reading.configuration.databases = each(databases, &reading) { table.read(&$0, name: $1) }
        let storeTable = StoreTable(surroundings: surroundings)
        reading.configuration.stores = each(stores, &reading) { storeTable.read(&$0, name: $1) }
        let notifierTable = NotifierTable(surroundings: surroundings)
        reading.configuration.notifiers = each(notifiers, &reading) { notifierTable.read(&$0, name: $1) }
        readJobs(jobs, document, &reading)
        let names = DeclaredNames(
            databases: databases.map(\.name), stores: stores.map(\.name), jobs: jobs.map(\.name),
            notifiers: notifiers.map(\.name))
        let check = CrossCheck(configuration: reading.configuration, names: names)
        reading.complaints += check.complaints
        reading.warnings += check.warnings
        return reading
    }

    private struct NamedTable {
        let name: String
        var section: Section
    }

    private func readDaemon(_ document: inout Section, _ reading: inout Reading) {
        guard var section = document.table("daemon") else { return }
        reading.configuration.daemon = DaemonTable(surroundings: surroundings).read(&section)
        reading.complaints += section.complaints
        reading.warnings += section.warnings
    }

    private func readJobs(_ tables: [NamedTable], _ document: Section, _ reading: inout Reading) {
        let table = JobTable(
            surroundings: surroundings, defaultTimeZone: reading.configuration.daemon.timezone,
            isDefaultTimeZoneGiven: document.has("timezone", inTable: "daemon"))
        var jobs = each(tables, &reading) { table.read(&$0, name: $1) }
        let proven = Set(jobs.compactMap { if case .verify(let verify) = $0.kind { verify.of } else { nil } })
        let decided = Set(tables.filter { $0.section.has("require_verified") }.map(\.name))
        for index in jobs.indices {
            guard case .backup(var backup) = jobs[index].kind, !decided.contains(jobs[index].name) else { continue }
            backup.requiresVerified = proven.contains(jobs[index].name)
            jobs[index].kind = .backup(backup)
        }
        reading.configuration.jobs = jobs
    }

    /// The tables `[key.NAME]`, in the order of the file.
    private func named(
        _ key: String, in document: inout Section, _ position: ([String]) -> Position
    ) -> [NamedTable] {
        guard case .table(let members)? = document.value(key) else {
            if let other = document.value(key) {
                document.complainOfType(key, wanted: "tables, [\(key).NAME]", found: other)
            }
            return []
        }
        var tables: [NamedTable] = []
        for name in members.keys.sorted(by: { (position([key, $0]), $0) < (position([key, $1]), $1) }) {
            var parent = Section(path: [key], members: members)
            if let complaint = NameRule.complaint(about: name) { parent.complain(name, complaint) }
            if let section = parent.table(name) { tables.append(NamedTable(name: name, section: section)) }
            document.absorb(parent)
        }
        return tables
    }

    private func each<Item>(
        _ tables: [NamedTable], _ reading: inout Reading, _ read: (inout Section, String) -> Item?
    ) -> [Item] {
        var items: [Item] = []
        for var table in tables {
            if let item = read(&table.section, table.name) { items.append(item) }
            reading.complaints += table.section.complaints
            reading.warnings += table.section.warnings
        }
        return items
    }
}
