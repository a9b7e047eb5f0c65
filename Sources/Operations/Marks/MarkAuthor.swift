import JobModel

/// Who set a mark, for people.
struct MarkAuthor: Codable, Sendable {
    let runID: String
    let host: String
    let setAt: CivilTime

    init(context: OperationContext) {
        runID = context.runID.description
        host = context.hostName
        setAt = CivilTime(context.clock.now)
    }
}
