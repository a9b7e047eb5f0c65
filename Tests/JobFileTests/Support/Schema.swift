@testable import JobFile

/// The keys that the decoder asks for, by the heading of the reference under which they stand.
enum Schema {
    static var keys: [String: Set<String>] {
        let surroundings = Decoding.surroundings
        let jobs = JobTable(surroundings: surroundings, defaultTimeZone: "UTC", isDefaultTimeZoneGiven: true)
        let notifiers = NotifierTable(surroundings: surroundings)
        var keys: [String: Set<String>] = [
            "[daemon]": asked { _ = DaemonTable(surroundings: surroundings).read(&$0) },
            "[databases.NAME]": asked { _ = DatabaseTable(surroundings: surroundings).read(&$0, name: "any") },
            "[stores.NAME]": asked { _ = StoreTable(surroundings: surroundings).read(&$0, name: "any") },
            "retention": asked { _ = RetentionTable().read(&$0) },
            "checks": asked { _ = ContentCheckTable(surroundings: surroundings).read(&$0) },
            "suppress": asked { _ = SuppressionTable().read(&$0) },
        ]
        add(JobTable.Kind.allCases.map { ($0.rawValue, jobs.keys(of: $0)) }, to: &keys, "[jobs.NAME]", "Jobs")
        add(
            NotifierTable.Kind.allCases.map { ($0.rawValue, notifiers.keys(of: $0)) }, to: &keys, "[notifiers.NAME]",
            "Notifiers")
        return keys
    }

    private static func asked(_ read: (inout Section) -> Void) -> Set<String> {
        var section = Section(path: ["any"], members: [:])
        read(&section)
        return section.knownKeys
    }

    /// What all kinds have goes under `common`, the rest of each under a heading of its own.
    private static func add(
        _ kinds: [(String, Set<String>)], to keys: inout [String: Set<String>], _ common: String, _ noun: String
    ) {
        let shared = kinds.dropFirst().reduce(kinds[0].1) { $0.intersection($1.1) }
        keys[common] = shared
        for (kind, all) in kinds { keys["\(noun) of kind \(kind)"] = all.subtracting(shared) }
    }
}
