import Archive
import JobModel
package import ObjectStorage

/// Copies a backup to another store, under the same job and id.
///
/// Every object is held to the manifest while it passes, by size and SHA-256, and the manifest comes last, byte for
/// byte the same: what was proven of the backup is proven of the copy, and its evidence is copied too. A copy that
/// broke off is taken up where it ended.
package struct CopyOperation: Sendable {
    private let context: OperationContext
    private let source: BackupSource
    private let store: any ObjectStore
    /// How often the heartbeat object is renewed.
    private let heartbeatInterval: Duration
    private let warnings: Warnings

    /// Objects that are copied at the same time.
    private static let workers = 4

    /// `heartbeatInterval` defaults to 60 s.
    package init(
        context: OperationContext, source: BackupSource, target store: any ObjectStore,
        heartbeatInterval: Duration = .seconds(60)
    ) {
        self.context = context
        self.source = source
        self.store = store
        self.heartbeatInterval = heartbeatInterval
        warnings = Warnings(reporter: context.reporter)
    }

    /// What would be copied. Throws ``CopyError`` where nothing may be.
    package func plan() async throws -> CopyPlan {
        let place = place
        guard store.location != source.store.location || place.folder != source.folder else {
            throw CopyError.samePlace(url: place.url)
        }
        let prefix = place.folder.description + "/"
        let listed = try await listing().map {
            (String($0.key.description.dropFirst(prefix.count)), Int($0.sizeInBytes))
        }
        let plan = CopyPlan(source.manifest, found: Dictionary(listed) { first, _ in first })
        if plan.hasManifest {
            let there = try await BackupSource.open(place.folder, in: store)
            guard there.manifestSHA256 == source.manifestSHA256 else { throw CopyError.anotherBackup(url: place.url) }
        }
        return plan
    }

    /// Plans and executes. Throws ``ArchiveError`` or ``StorageError/damaged(object:reason:)`` where the backup is not
    /// what its manifest says; then, and where the run is cancelled, what it has written is taken back. After other
    /// failures it stays, for the next attempt to go on from.
    package func execute() async throws -> CopyReport {
        do {
            return try await context.logged("copy", on: source.url) { try await copy(try await plan()) }
        } catch {
            throw source.located(error)
        }
    }

    private func copy(_ plan: CopyPlan) async throws -> CopyReport {
        let stopwatch = Stopwatch()
        let journal = CopyJournal()
        let heartbeat = HeartbeatObject(
            store: store, folder: place.folder, runID: context.runID, hostName: context.hostName,
            startedAt: CivilTime(context.clock.now), clock: context.clock)
        try await heartbeat.renew()
        do {
            try await Companion.run {
                try await keepAlive(heartbeat)
            } beside: {
                try await copyObjects(plan, journal)
            }
        } catch {
            try await end(plan, journal, after: error)
        }
        let evidence = try await EvidenceCopy(source: source, target: place).run()
        do {
            try await heartbeat.remove()
        } catch let error as StorageError {
            warnings.add("the heartbeat object could not be removed; the copy is good all the same: \(error.message)")
        }
        return CopyReport(
            name: plan.name, source: source.url, url: place.url, objectsCopied: journal.copied,
            objectsFound: journal.found, bytesCopied: journal.bytesCopied, evidenceCopied: evidence,
            warnings: warnings.all, seconds: stopwatch.seconds)
    }

    // MARK: - Steps

    private func copyObjects(_ plan: CopyPlan, _ journal: CopyJournal) async throws {
        context.reporter.report(.expected(items: plan.steps.count, bytes: plan.bytesToCopy))
        context.reporter.report(.phase("copying \(plan.steps.count) objects to \(store.location.url)"))
        let queue = WorkQueue(plan.steps)
        let copy = ObjectCopy(source: source, target: place, reporter: context.reporter, journal: journal)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.workers {
                group.addTask { while let step = queue.next() { try await copy.run(step) } }
            }
            try await group.waitForAll()
        }
        try await compareWithListing()
        try await writeManifest(plan, journal)
    }

    /// The target must list what it said it had taken.
    private func compareWithListing() async throws {
        let sizes = Dictionary(try await listing().map { ($0.key, $0.sizeInBytes) }) { first, _ in first }
        for object in source.manifest.objects {
            let key = place.folder.appending(object.name)
            guard sizes[key] != Int64(object.size) else { continue }
            throw OperationError.objectDiffers(
                object: key.description, expected: Int64(object.size), found: sizes[key])
        }
    }

    /// Byte for byte the source's.
    private func writeManifest(_ plan: CopyPlan, _ journal: CopyJournal) async throws {
        guard !plan.hasManifest else { return }
        let bytes = try await source.manifestBytes()
        let key = place.folder.appending(Manifest.objectName)
        journal.add(key)
        _ = try await store.write(bytes, to: key)
    }

    private func keepAlive(_ heartbeat: HeartbeatObject) async throws {
        try await Companion.every(heartbeatInterval) {
            do {
                try await heartbeat.renew()
            } catch let error as StorageError {
                warnings.add("the heartbeat object could not be renewed: \(error.message)")
            }
        }
    }

    // MARK: - Failures

    private func end(_ plan: CopyPlan, _ journal: CopyJournal, after error: any Error) async throws -> Never {
        let isDamaged = (error as? any UserFacingError)?.category == .damaged
        if isDamaged || error is CancellationError { await takeBack(plan, journal) }
        if isDamaged, try await !source.isStillThere() { throw CopyError.sourceGone(url: source.url) }
        throw error
    }

    /// What was whole before this run is left alone. What an earlier run had left stays too, with the heartbeat, by
    /// which it is swept.
    private func takeBack(_ plan: CopyPlan, _ journal: CopyJournal) async {
        guard !plan.hasManifest else { return }
        let (place, keys) = (place, journal.keys)
        let manifest = place.folder.appending(Manifest.objectName)
        let heartbeat = place.folder.appending(HeartbeatObject.name)
        await CleanupScope.run { [warnings] in
            do {
                try await place.store.delete([manifest])
                try await place.store.delete(keys.filter { $0 != manifest })
                if try await place.store.list(under: place.folder).allSatisfy({ $0.key == heartbeat }) {
                    try await place.store.delete([heartbeat])
                }
            } catch {
                warnings.add(
                    "\(place.url) holds an unfinished copy that could not be removed; it is no backup to dbops")
            }
        }
    }

    private func listing() async throws -> [ObjectInfo] {
        do {
            return try await store.list(under: place.folder)
        } catch StorageError.unavailable where store.location.isDirectory {
            // Made by the first write.
            return []
        }
    }

    private var place: BackupPlace {
        BackupPlace(store: store, name: BackupName(job: source.manifest.job, id: source.manifest.backup))
    }
}

extension StoreLocation {
    fileprivate var isDirectory: Bool {
        if case .directory = self { true } else { false }
    }
}
