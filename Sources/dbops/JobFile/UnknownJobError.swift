import JobModel

/// The job file has no job of that name.
struct UnknownJobError: UserFacingError {
    let name: String
    let known: [String]

    var message: String { "the job file has no job \"\(name)\"" }
    var hint: String? {
        NearestName.nearest(to: name, among: known).map { "Did you mean \"\($0)\"?" }
            ?? "It has: \(known.isEmpty ? "none" : known.joined(separator: ", "))."
    }
    var category: FailureCategory { .usage }
}
