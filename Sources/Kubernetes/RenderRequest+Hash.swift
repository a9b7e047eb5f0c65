import JobModel

extension RenderRequest {
    /// The same as long as the job file, and the files beside it, are the same.
    var hashOfJobFile: String {
        let files = files.sorted { $0.key < $1.key }.map { "\($0.key)\n\($0.value)" }
        return StableHash.text(of: ([jobFile] + files).joined(separator: "\0"))
    }
}
