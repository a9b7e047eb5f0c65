import Archive
import JobModel

/// Compares the sequences' values: pg_dump writes each as a call of setval. Pure.
struct SequenceComparison {
    let backup: TableOfContents
    let restored: TableOfContents

    private static func values(of contents: TableOfContents) -> [ServerText: ServerText] {
        Dictionary(
            contents.entries.filter { $0.desc.text == "SEQUENCE SET" }.map {
                ("\($0.namespace ?? "").\($0.tag)", $0.defn ?? "")
            }
        ) { first, _ in first }
    }

    func check() -> VerificationCheck {
        let wanted = Self.values(of: backup)
        let found = Self.values(of: restored)
        let faults = wanted.keys.sorted().compactMap { name -> String? in
            guard let value = found[name] else { return "\(name) is missing" }
            return value == wanted[name]
                ? nil : "\(name): \(wanted[name]?.text.trimmed ?? "") became \(value.text.trimmed)"
        }
        let expected = "\(wanted.count) values"
        return faults.isEmpty
            ? .passed(.sequences, expected: expected, found: expected)
            : .failed(.sequences, expected: expected, found: "\(faults.count) differ", details: faults)
    }
}
