import JobModel

/// One table of a job file, while it is read: each read marks its key as known, so that ``unknownKeys`` are those that
/// nobody asked for.
///
/// A read returns nil where the key is absent, and where its value cannot be used, of which it complains.
struct Section {
    let path: [String]
    private let members: [String: Value]
    private(set) var knownKeys: Set<String> = []
    private(set) var complaints: [Complaint] = []
    /// Worth saying, but no reason to refuse the file.
    private(set) var warnings: [Complaint] = []

    init(path: [String], members: [String: Value]) {
        self.path = path
        self.members = members
    }

    /// The keys in the file, as they are.
    var keys: [String] { members.keys.sorted() }
    var unknownKeys: [String] { keys.filter { !knownKeys.contains($0) } }
    func has(_ key: String) -> Bool { members[key] != nil }
    func has(_ key: String, inTable table: String) -> Bool {
        if case .table(let inner)? = members[table] { inner[key] != nil } else { false }
    }

    /// `[jobs.nightly]`, for complaints.
    var title: String { "[\(path.joined(separator: "."))]" }

    mutating func complain(_ key: String, _ message: String) {
        complaints.append(Complaint(path: path + [key], message: message))
    }

    /// In the words of somebody who knows more of the value.
    mutating func complain(_ key: String, _ error: any UserFacingError) {
        let hint = error.hint.map { $0.hasSuffix(".") ? $0.dropLast() : $0[...] } ?? ""
        complain(key, error.message + (hint.isEmpty ? "" : " (\(hint.prefix(1).lowercased())\(hint.dropFirst()))"))
    }

    mutating func complain(element index: Int, of key: String, _ message: String) {
        complaints.append(Complaint(path: path + [key, String(index)], message: message))
    }

    /// About the table as a whole.
    mutating func complain(_ message: String) {
        complaints.append(Complaint(path: path, message: message))
    }

    mutating func warn(_ key: String, _ message: String) {
        warnings.append(Complaint(path: path + [key], message: message))
    }

    /// The value as it is; marks the key as known.
    mutating func value(_ key: String) -> Value? {
        knownKeys.insert(key)
        return members[key]
    }

    /// Takes the complaints of a table inside this one.
    mutating func absorb(_ section: Section) {
        complaints += section.complaints
        warnings += section.warnings
    }

    /// Complains that a value is not what the key takes; `wanted` is a noun phrase.
    mutating func complainOfType(_ key: String, wanted: String, found: Value) {
        complain(key, "\"\(key)\" takes \(wanted), found \(found.kind)")
    }
}
