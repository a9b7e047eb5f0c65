import JobModel

/// The keys of a job of kind `sql`.
struct SQLTable {
    let surroundings: JobFileSurroundings

    func read(_ section: inout Section) -> SQLJob? {
        let text = section.string("sql", wanted: "a statement")
        let file = section.filePath("file", surroundings)
        section.allowOne(of: ["sql", "file"])
        if !section.has("sql"), !section.has("file") {
            section.complain("\(section.title) needs \"sql\", or \"file\"")
        }
        guard let database = section.database() else { return nil }
        let source = text.map { SQLJob.Source.text($0) } ?? file.map { .file($0) }
        return source.map { SQLJob(database: database, source: $0) }
    }
}
