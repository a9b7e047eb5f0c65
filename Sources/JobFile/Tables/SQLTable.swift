import JobModel

/// The keys of a job of kind `sql`.
struct SQLTable {
    let surroundings: JobFileSurroundings

    func read(_ section: inout Section) -> SQLJob? {
        let source = source(&section)
        let database = section.database()
        var job = SQLJob(database: database ?? "", source: source ?? .text(""))
        job.mode = section.choice("mode") ?? job.mode
        job.isReadOnly = section.flag("read_only") ?? job.isReadOnly
        job.onStandby = section.choice("on_standby") ?? job.onStandby
        job.statementTimeout =
            section.duration("statement_timeout", in: .zero ... .days(20)) ?? job.statementTimeout
        job.lockTimeout = section.duration("lock_timeout", in: .zero ... .days(1)) ?? job.lockTimeout
        job.expectation = expectation(&section)
        job.batches = batches(&section, job.mode)
        if job.onStandby == .run, !job.isReadOnly {
            section.complain("on_standby", "on_standby = \"run\" goes with read_only = true")
        }
        return source == nil || database == nil ? nil : job
    }

    private func source(_ section: inout Section) -> SQLJob.Source? {
        let text = section.string("sql", wanted: "a statement, or several")
        let file = section.filePath("file", surroundings)
        section.allowOne(of: ["sql", "file"])
        if !section.has("sql"), !section.has("file") {
            section.complain("\(section.title) needs \"sql\", or \"file\"")
        }
        return text.map { .text($0) } ?? file.map { .file($0) }
    }

    private func expectation(_ section: inout Section) -> SQLExpectation {
        var expectation = SQLExpectation()
        expectation.minRows = section.wholeNumber("min_rows", in: 0...Self.mostRows)
        expectation.maxRows = section.wholeNumber("max_rows", in: 0...Self.mostRows)
        expectation.check = section.string("check", wanted: "a query that gives true")
        if let least = expectation.minRows, let most = expectation.maxRows, least > most {
            section.complain("min_rows", "\"min_rows\" is more than \"max_rows\"")
        }
        return expectation
    }

    private func batches(_ section: inout Section, _ mode: SQLJob.Mode) -> SQLBatchSettings {
        var batches = SQLBatchSettings()
        batches.pause = section.duration("pause", in: .zero ... .days(1))
        batches.limit = section.wholeNumber("max_batches", in: 1...1_000_000_000) ?? batches.limit
        batches.maxPause = section.duration("max_pause", in: .seconds(1) ... .days(1)) ?? batches.maxPause
        for key in ["pause", "max_batches", "max_pause"] where section.has(key) && mode != .batches {
            section.complain(key, "\"\(key)\" goes with mode = \"batches\"")
        }
        return batches
    }

    private static let mostRows = 1_000_000_000_000
}
