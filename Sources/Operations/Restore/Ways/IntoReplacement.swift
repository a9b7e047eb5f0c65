import Archive
import JobModel
import Postgres

/// A backup, into the place of a database that is there: restored beside it under a temporary name, proven, swapped in
/// by renaming. The old database is kept under another name; until the swap it is not touched.
struct IntoReplacement: Sendable {
    /// Points at which a replacement may break off.
    enum Step: Sendable, Equatable {
        case restored
        case proven
        case oldRenamed
        case bothRenamed
    }

    let ground: RestoreGround
    let name: String
    let disconnects: Bool
    let reached: @Sendable (Step) async throws -> Void

    func run() async throws -> RestoreGround.Done {
        try refuseOtherDatabase()
        _ = try ground.part(into: .ofNewDatabase)
        let session = try await ground.openMaintenance(beside: name)
        return try await session.closing { session in
            try await refuse(on: session)
            let names = names
            let part = try await ground.part(into: .ofNewDatabase, named: names.temporary, on: session)
            let prepared = try await ground.prepare(
                part, on: session, .init(of: part, makesDatabase: true, renaming: name))
            try await tellLeftovers(on: session)
            for doubt in doubts { ground.warnings.add(doubt) }
            ground.tell(part)
            try await TargetDatabase.create(names.temporary, like: ground.source.manifest, on: session)
            var done = try await ground.droppingOnFailure(names.temporary, on: session) {
                try await restoreAndProve(part, names, prepared, on: session)
            }
            try await swap(names, on: session)
            done.replaced = names.report
            return done
        }
    }

    var names: ReplacementNames {
        ReplacementNames(name, runID: ground.context.runID, at: CivilTime(ground.context.clock.now))
    }

    // MARK: - Before anything is made

    /// The URL may leave the database to `--replace`, or name it too: another one is a slip.
    func refuseOtherDatabase() throws {
        guard let inURL = ground.request.target.database else { return }
        guard [name, TargetDatabase.maintenance, "template1"].contains(inURL) else {
            throw RestoreError.otherDatabase(inURL: inURL, named: name)
        }
    }

    func refuse(on session: Session) async throws {
        let there = try await session.query(
            "SELECT 1 AS one FROM pg_catalog.pg_database WHERE datname = $1", [ServerText(name)])
        guard !there.rows.isEmpty else { throw RestoreError.notThere(database: name) }
        var sessions = try await lastingSessions(on: session)
        for _ in 0..<Self.waits where !sessions.isEmpty {
            try await Task.sleep(for: Self.wait)
            sessions = try await lastingSessions(on: session)
        }
        guard sessions.isEmpty else { throw RestoreError.inUse(database: name, by: sessions) }
    }

    /// A session that its client has closed is there for a moment more; 5 s are what PostgreSQL itself gives it before
    /// it refuses to rename.
    private static let waits = 50
    private static let wait = Duration.milliseconds(100)

    /// Prepared transactions go with no session.
    private func lastingSessions(on session: Session) async throws -> [String] {
        let sessions = try await ConnectedSessions(database: name).list(on: session)
        return disconnects ? sessions.filter { $0.hasPrefix("prepared") } : sessions
    }

    /// What may be a slip, and may be meant.
    var doubts: [String] {
        let manifest = ground.source.manifest
        var doubts: [String] = []
        if manifest.database.text != name {
            doubts.append("the backup is of the database \(manifest.database), and takes the place of \(name)")
        }
        if !manifest.archive.filters.isEmpty {
            doubts.append(
                "the backup holds only a part of its database (\(manifest.archive.filters.joined(separator: " "))); "
                    + "what else \(name) holds will only be in the old database, which is kept")
        }
        return doubts
    }

    /// What a killed run has left takes room, and nobody else will say so.
    private func tellLeftovers(on session: Session) async throws {
        for row in try await session.query(
            """
            SELECT d.datname AS name FROM pg_catalog.pg_database d
             WHERE d.datname LIKE 'dbops\\_restore\\_%'
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
             ORDER BY 1
            """
        ).rows {
            let name = try row.text("name")
            ground.warnings.add(
                "an earlier restore has left the database \(name); if nobody needs it: "
                    + "DROP DATABASE \(name.quotedAsIdentifier);")
        }
    }

    // MARK: - Beside the old database

    private func restoreAndProve(
        _ part: RestorePart, _ names: ReplacementNames, _ prepared: RestoreGround.Prepared, on session: Session
    ) async throws -> RestoreGround.Done {
        let target = session.connectionInfo.with(database: names.temporary)
        let timings = try await ground.load(part, into: target, pgRestore: prepared.pgRestore)
        try await reached(.restored)
        let checks = try await RestoredProof(ground: ground, part: part, target: target).run()
        let faults = checks.filter { $0.verdict == .failed }
        guard faults.isEmpty else {
            throw RestoreError.notProven(
                database: name,
                faults: faults.map { "\($0.name): \(([$0.found] + $0.details).joined(separator: ", "))" })
        }
        try await ground.setProperties(of: names.temporary, on: session)
        try await reached(.proven)
        return RestoreGround.Done(timings: timings, roles: prepared.roles, part: part, checks: checks)
    }

    // MARK: - The swap

    /// What is restored and proven is not thrown away because somebody was connected.
    private func swap(_ names: ReplacementNames, on session: Session) async throws {
        ground.context.reporter.report(.phase("putting it into the place of \(name)"))
        do {
            try await DatabaseSwap(names: names, ground: ground, disconnects: disconnects, reached: reached)
                .run(on: session)
        } catch {
            let sessions =
                (try? await ground.openMaintenance(beside: name).closing { session in
                    try await ConnectedSessions(database: name).list(on: session)
                }) ?? []
            let words = (error as? any UserFacingError)?.message ?? "it was cancelled"
            throw RestoreError.notSwapped(
                database: name, restored: names.temporary,
                reason: ([words] + sessions.prefix(5)).joined(separator: "; "), statements: names.swap,
                category: error is CancellationError
                    ? .cancelled : (error as? any UserFacingError)?.category ?? .failed)
        }
    }
}
