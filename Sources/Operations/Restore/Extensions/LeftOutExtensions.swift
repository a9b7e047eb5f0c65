import Archive
import JobModel

/// What is not restored because it belongs to extensions that cannot be made in the target. Pure.
struct LeftOutExtensions: Sendable {
    let extensions: [BoundExtension]
    /// The extensions' entries with all that is theirs or needs them, in the order of the table of contents.
    let entries: [TOCEntry]

    init(_ extensions: [BoundExtension], of contents: TableOfContents) {
        self.extensions = extensions
        let isTheirs = { (entry: TOCEntry) in extensions.contains { Self.isOf($0, entry) } }
        var dumpIDs = Set(contents.entries.filter(isTheirs).map(\.dumpID))
        var isGrowing = !dumpIDs.isEmpty
        while isGrowing {
            let more = contents.entries.filter { entry in
                !dumpIDs.contains(entry.dumpID) && entry.dependencies.contains(where: dumpIDs.contains)
            }
            dumpIDs.formUnion(more.map(\.dumpID))
            isGrowing = !more.isEmpty
        }
        entries = contents.entries.filter { dumpIDs.contains($0.dumpID) }
    }

    var dumpIDs: Set<Int> { Set(entries.map(\.dumpID)) }

    private static func isOf(_ bound: BoundExtension, _ entry: TOCEntry) -> Bool {
        switch entry.desc {
        case "EXTENSION": entry.tag == bound.name
        case "COMMENT" where entry.tag == "EXTENSION " + bound.name: true
        case "ACL" where entry.tag == "SCHEMA " + bound.schema: true
        default: entry.namespace == bound.schema
        }
    }

    /// For reports: what is not there, why, and where its rows are; a sentence for each extension.
    func sentences(_ manifest: Manifest) -> [String] {
        extensions.map { bound in
            let others = entries.filter { $0.desc != "EXTENSION" && !$0.isRemark }.map { name($0, manifest) }
            let with = others.isEmpty ? "" : ", and with it \(others.joined(separator: ", "))"
            return
                "not restored, on purpose: the extension \(bound.name), which a server takes only in the database that "
                + "\(bound.setting) names\(with)"
        }
    }

    /// What an operator does about it.
    func remedies(_ manifest: Manifest) -> [String] {
        extensions.map { bound in
            "once the database has its final name, and \(bound.setting) names it: CREATE EXTENSION \(bound.name); the rows "
                + "of its tables are in the backup, in the files that RESTORE.md and manifest.json name"
        }
    }

    private func name(_ entry: TOCEntry, _ manifest: Manifest) -> String {
        guard let table = manifest.tables.first(where: { $0.dumpID == entry.dumpID }) else { return entry.kindAndName }
        return "\(table.displayName) (\(Quantities.count(table.rows)) row\(table.rows == 1 ? "" : "s"), \(table.file))"
    }
}

extension BackupSource {
    /// The same backup, with a manifest that does not speak of what is left out.
    func leavingOut(_ leftOut: LeftOutExtensions) -> BackupSource {
        let dumpIDs = leftOut.dumpIDs
        let names = Set(leftOut.extensions.map(\.name))
        var manifest = manifest
        manifest.tables.removeAll { dumpIDs.contains($0.dumpID) }
        manifest.extensions.removeAll { names.contains($0.name) }
        manifest.totals.tables = manifest.tables.count
        manifest.totals.rows = manifest.tables.reduce(0) { $0 + $1.rows }
        manifest.totals.bytesRaw = manifest.tables.reduce(0) { $0 + $1.bytesRaw } + manifest.largeObjects.bytes
        return BackupSource(store: store, folder: folder, manifest: manifest, manifestSHA256: manifestSHA256)
    }
}
