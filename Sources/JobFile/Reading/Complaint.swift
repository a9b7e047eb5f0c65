/// Something to say about the key at a path.
struct Complaint: Hashable, Sendable {
    var path: [String]
    var message: String
}
