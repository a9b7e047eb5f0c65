import JobModel

/// The keys of a job of kind `advise`.
struct AdviseTable {
    let surroundings: JobFileSurroundings

    func read(_ section: inout Section) -> AdviseJob? {
        let database = section.database()
        var job = AdviseJob(database: database ?? "")
        job.only = only(&section)
        job.failOn = section.choice("fail_on")
        job.pgbouncerURL = section.connection("pgbouncer_url", surroundings)
        job.pgbouncerPassword = section.secret("pgbouncer_password", surroundings)
        if job.pgbouncerPassword != nil, !section.has("pgbouncer_url") {
            section.complain(
                "\(section.title) has a password for PgBouncer, but no \"pgbouncer_url\" that it would be for")
        }
        for var table in section.tables("suppress") {
            if let suppression = SuppressionTable().read(&table) { job.suppressions.append(suppression) }
            section.absorb(table)
        }
        return database == nil ? nil : job
    }

    private func only(_ section: inout Section) -> [AdviceID] {
        let words = AdviceID.allCases.map(\.rawValue)
        return (section.strings("only") ?? []).enumerated().compactMap { index, text in
            if let id = AdviceID(rawValue: text) { return id }
            section.complain(
                element: index, of: "only",
                "no check is called \"\(text)\"" + NearestName.suggestion(for: text, among: words))
            return nil
        }
    }
}

/// One table of `suppress = [ { … } ]`.
struct SuppressionTable {
    func read(_ section: inout Section) -> AdviceSuppression? {
        if !section.has("id") { section.complain("a suppression needs \"id\": the name of a check") }
        if !section.has("until") { section.complain("a suppression needs \"until\": its last day") }
        let id = id(&section)
        let object = section.string("object", wanted: "a finding's object, as it is printed")
        let until = section.day("until")
        let reason = section.string("reason")
        section.finish()
        guard let id, let until else { return nil }
        return AdviceSuppression(id: id, object: object, until: until, reason: reason)
    }

    private func id(_ section: inout Section) -> AdviceID? {
        guard let text = section.string("id", wanted: "the name of a check") else { return nil }
        if let id = AdviceID(rawValue: text) { return id }
        let words = AdviceID.allCases.map(\.rawValue)
        section.complain("id", "no check is called \"\(text)\"" + NearestName.suggestion(for: text, among: words))
        return nil
    }
}
