import JobModel

/// Tells of the work on one of several databases: under its name, and without its plan, for the run has one of its own.
struct DatabaseReporter: ProgressReporter {
    let database: String
    let next: any ProgressReporter

    func report(_ event: ProgressEvent) {
        switch event {
        case .phase(let text): next.report(.phase("\(database): \(text)"))
        case .warning(let text): next.report(.warning("\(database): \(text)"))
        case .note(let text): next.report(.note("\(database): \(text)"))
        case .plan: break
        case .expected, .moved, .finished: next.report(event)
        }
    }
}

extension OperationContext {
    /// The same for one of several databases.
    func telling(of database: String) -> OperationContext {
        OperationContext(
            runID: runID, clock: clock, tools: tools, reporter: DatabaseReporter(database: database, next: reporter),
            logger: logger, version: version, hostName: hostName, temporaryDirectory: temporaryDirectory)
    }
}
