import JobModel

/// What is said of keys that nobody asked for.
extension Section {
    /// Call when all keys have been read. `later` are keys that a newer version will know; `elsewhere` says of a key
    /// where it belongs.
    mutating func finish(later: Set<String> = [], elsewhere: (_ key: String) -> String? = { _ in nil }) {
        for key in unknownKeys {
            complain(key, explanation(of: key, later: later, elsewhere: elsewhere))
        }
    }

    private func explanation(of key: String, later: Set<String>, elsewhere: (String) -> String?) -> String {
        if later.contains(key) { return "\"\(key)\" is not supported by this version" }
        if let place = elsewhere(key) { return "\"\(key)\" \(place)" }
        let suggestion = NearestName.suggestion(for: key, among: knownKeys)
        if suggestion.isEmpty, SecretKey.matches(key) {
            let references = knownKeys.filter { $0.hasSuffix("_file") || $0.hasSuffix("_env") }.sorted()
            let advice = references.isEmpty ? "" : "; \(Self.quoted(references)) name where one is"
            return "unknown key \"\(key)\": the job file holds no secrets\(advice)"
        }
        return "unknown key \"\(key)\"\(suggestion)"
    }
}
