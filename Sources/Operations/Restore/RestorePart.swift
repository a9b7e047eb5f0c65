import Archive
import JobModel

/// The part of a backup that is restored, all of it or a selection, with a manifest that speaks of nothing else.
struct RestorePart: Sendable {
    let source: BackupSource
    let contents: TableOfContents
    /// Nil where all is restored.
    let selection: ResolvedSelection?
    /// What the target cannot take; nil where nothing.
    private(set) var leftOut: LeftOutExtensions?

    init(all source: BackupSource, _ contents: TableOfContents) {
        self.source = source
        self.contents = contents
        selection = nil
    }

    /// Large objects belong to no table, so they are not in a part.
    init(_ selection: ResolvedSelection, of source: BackupSource, _ contents: TableOfContents) {
        var manifest = source.manifest
        manifest.tables.removeAll { !selection.entries.contains($0.dumpID) }
        manifest.largeObjects = .init(count: 0, bytes: 0, digest: .zero, groups: [])
        manifest.objects.removeAll {
            LargeObjectFile.oid(inObjectName: $0.name) != nil || LargeObjectFile.isPack(objectName: $0.name)
        }
        manifest.totals.tables = manifest.tables.count
        manifest.totals.rows = manifest.tables.reduce(0) { $0 + $1.rows }
        manifest.totals.bytesRaw = manifest.tables.reduce(0) { $0 + $1.bytesRaw }
        self.source = BackupSource(
            store: source.store, folder: source.folder, manifest: manifest, manifestSHA256: source.manifestSHA256)
        self.contents = contents
        self.selection = selection
    }

    /// The part without what belongs to these extensions.
    func leavingOut(_ extensions: [BoundExtension]) -> RestorePart {
        let leftOut = LeftOutExtensions(extensions, of: contents)
        let isTouched = selection.map { !$0.entries.isDisjoint(with: leftOut.dumpIDs) } ?? true
        return extensions.isEmpty || !isTouched ? self : RestorePart(self, without: leftOut)
    }

    private init(_ part: RestorePart, without leftOut: LeftOutExtensions) {
        source = part.source.leavingOut(leftOut)
        contents = part.contents.leavingOut(leftOut.dumpIDs)
        var selection = part.selection
        selection?.entries.subtract(leftOut.dumpIDs)
        self.selection = selection
        self.leftOut = leftOut
    }

    var manifest: Manifest { source.manifest }

    /// In the order of the table of contents.
    var entries: [TOCEntry] {
        guard let selection else { return contents.entries }
        return contents.entries.filter { selection.entries.contains($0.dumpID) }
    }

    /// What pg_restore is to make; what ties it to tables of the target comes after it. Nil where all is.
    var listed: Set<Int>? {
        guard let selection else { return nil }
        let belonging = EntryBelonging(contents)
        return selection.entries.subtracting(
            belonging.closure(of: Set(selection.ties.map(\.dumpID))))
    }

    /// Statements for after the load: the ties, with their comments.
    var later: [TOCEntry] {
        guard let selection, let listed else { return [] }
        return contents.entries.filter { selection.entries.contains($0.dumpID) && !listed.contains($0.dumpID) }
    }
}
