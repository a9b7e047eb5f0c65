import Archive
import JobModel
import ObjectStorage
import Postgres

/// The end of a backup: the small objects, a last look at the stores, and the manifest, which makes it a backup.
struct BackupCommit: Sendable {
    let context: OperationContext
    let settings: BackupSettings
    let name: BackupName
    let destinations: DestinationSet
    let begun: ConsistentStart.Begun
    let globals: GlobalsDump.Script?
    let results: DumpResults
    let pgDump: ClientTool
    let startedAt: CivilTime
    /// Since the run began.
    let stopwatch: Stopwatch

    func run() async throws -> Manifest {
        var objects = results.tables.map(\.object) + results.largeObjects.flatMap(\.objects)
        objects += try await writeLargeObjectLists()
        objects.append(try await write(begun.contents.directoryForm(), as: TableOfContents.objectName))
        objects.append(try await writeMemberIndex())
        if let globals { objects.append(try await write(globals)) }
        var manifest = ManifestAssembly(
            context: context, settings: settings, name: name, begun: begun, results: results, pgDump: pgDump,
            startedAt: startedAt
        ).manifest()
        manifest.globals = globals.map {
            Manifest.Globals(file: Manifest.Globals.objectName, passwordHashes: $0.hasPasswordHashes)
        }
        manifest.objects = stored(objects)
        let guide = RestoreGuide(manifest: manifest, urls: destinations.livePlaces.map(\.url))
        objects.append(try await write(Array(guide.text.utf8), as: RestoreGuide.objectName))
        manifest.objects = stored(objects)
        manifest.totals.bytesStored = manifest.objects.reduce(0) { $0 + $1.size }
        try requireCoverage(manifest)
        try await compareWithListings(objects)
        manifest.finishedAt = CivilTime(context.clock.now)
        manifest.totals.seconds = stopwatch.seconds
        _ = try await write(try manifest.encode(), as: Manifest.objectName)
        return manifest
    }

    private func write(_ bytes: [UInt8], as name: String) async throws -> StoredObject {
        try await destinations.write(bytes, as: name)
    }

    private func write(_ globals: GlobalsDump.Script) async throws -> StoredObject {
        let bytes = try CompressionSetting.gzip.makeCompressor().member(globals.text)
        return try await write(bytes, as: Manifest.Globals.objectName)
    }

    private func writeLargeObjectLists() async throws -> [StoredObject] {
        var lists: [StoredObject] = []
        for entry in begun.contents.entries where entry.isBlobs {
            let oids = try begun.contents.largeObjectIDs(of: entry)
            guard let name = entry.fileName else { continue }
            lists.append(try await write(LargeObjectFile.list(of: oids), as: name))
        }
        return lists
    }

    private func writeMemberIndex() async throws -> StoredObject {
        let index = MemberIndex(
            objects: Dictionary(uniqueKeysWithValues: results.tables.map { ($0.task.fileName, $0.members) }))
        let bytes = try index.encode(with: try settings.compression.makeCompressor())
        return try await write(bytes, as: MemberIndex.objectName)
    }

    private func stored(_ objects: [StoredObject]) -> [Manifest.StoredObject] {
        let prefix = name.folder + "/"
        return objects.map {
            Manifest.StoredObject(
                name: String($0.key.description.dropFirst(prefix.count)), size: Int($0.sizeInBytes), sha256: $0.sha256)
        }.sorted { $0.name < $1.name }
    }

    /// Every table whose rows the table of contents promises must be among those copied.
    private func requireCoverage(_ manifest: Manifest) throws {
        if let fault = try ContentsCoverage.faults(of: begun.contents, manifest).first {
            throw OperationError.incomplete(reason: fault)
        }
    }

    /// Each store must list what it said it had taken.
    private func compareWithListings(_ objects: [StoredObject]) async throws {
        try await destinations.each { try await Self.compare(objects, withListingOf: $0) }
    }

    private static func compare(_ objects: [StoredObject], withListingOf place: BackupPlace) async throws {
        let listed = Dictionary(
            try await place.store.list(under: place.folder).map { ($0.key, $0.sizeInBytes) }
        ) { first, _ in first }
        for object in objects where listed[object.key] != object.sizeInBytes {
            throw OperationError.objectDiffers(
                object: object.key.description, expected: object.sizeInBytes, found: listed[object.key])
        }
    }
}
