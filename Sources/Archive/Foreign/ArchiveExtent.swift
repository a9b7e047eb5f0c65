import JobModel

/// Follows the bytes of a custom or tar archive of pg_dump to their end, without reading the rows in them: that all data
/// of the table of contents are there, whole, and nothing else.
///
/// Memory: the table of contents.
package protocol ArchiveExtent: Sendable {
    /// Nil until its last byte has come.
    var contents: TableOfContents? { get }
    mutating func append(_ bytes: [UInt8]) throws(ArchiveError)
    /// Throws where the archive must not end here.
    mutating func finish() throws(ArchiveError)
}

/// What of the data that a table of contents names has come.
struct AwaitedData: Sendable {
    private(set) var missing: [Int: TOCEntry]

    init(_ contents: TableOfContents) {
        let entries = contents.entries.filter(\.hadDumper)
        missing = Dictionary(entries.map { ($0.dumpID, $0) }) { first, _ in first }
    }

    /// False where the entry has no data, or they have come before.
    mutating func arrives(dumpID: Int) -> Bool { missing.removeValue(forKey: dumpID) != nil }

    var isEmpty: Bool { missing.isEmpty }

    /// What is missing, for people; nil where nothing is.
    var description: String? {
        guard let first = missing.values.min(by: { $0.dumpID < $1.dumpID }) else { return nil }
        let name = "\(first.desc) \(first.qualifiedName)"
        return missing.count == 1 ? "the data of \(name)" : "the data of \(name) and \(missing.count - 1) more"
    }
}
