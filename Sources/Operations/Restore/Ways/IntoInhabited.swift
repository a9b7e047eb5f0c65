import Archive
import JobModel
import Postgres
import Synchronization

/// A part of a backup, into a database that is there and may hold anything but that part. Where it fails, what was
/// made of it is dropped again.
struct IntoInhabited: Sendable {
    let ground: RestoreGround

    func run() async throws -> RestoreGround.Done {
        let session = try await ground.openExisting()
        return try await session.closing { session in
            try await TargetFitness.refuseUnfit(session)
            let part = try await ground.part(
                into: try await TargetObjects.gather(session), named: session.server.database, on: session)
            let prepared = try await ground.prepare(part, on: session, .init(of: part, makesDatabase: false))
            ground.tell(part)
            var done = RestoreGround.Done(
                roles: prepared.roles, leftOut: part.selection?.leftOut ?? [], part: part)
            done.timings = try await loadOrUndo(part, prepared, on: session)
            for refused in try await tie(part, on: session) {
                done.leftOut.append(refused)
                done.refused += 1
            }
            return done
        }
    }

    /// Rows of the target may be gone that a foreign key needs: that is a warning, and the data stays. A partition is
    /// attached when its indexes are there, or the server would make them once more.
    private func tie(
        _ part: RestorePart, on session: Session
    ) async throws -> [ResolvedSelection.LeftOut] {
        var refused: [ResolvedSelection.LeftOut] = []
        var failed: Set<Int> = []
        try await session.execute("SET lock_timeout = '\(ServerText(Self.lockTimeout))'")
        var isDetached = false
        for entry in part.later where !entry.dependencies.contains(where: failed.contains) {
            guard let statement = entry.defn, !(isDetached && entry.desc == "INDEX ATTACH") else { continue }
            do {
                try await session.execute(statement)
            } catch PostgresError.statement(let failure) {
                failed.insert(entry.dumpID)
                isDetached = isDetached || entry.desc == "TABLE ATTACH"
                refused.append(.init(entry: entry, reason: failure.message))
                ground.warnings.add(
                    "not made: \(entry.kindAndName): \(failure.message): \(entry.statementOnOneLine)")
            }
        }
        return refused
    }

    /// A foreign key locks the table that it refers to, which is in use.
    private static let lockTimeout = "10s"

    /// Before the definitions are made, in one transaction, there is nothing to take back: what has these names then
    /// belongs to somebody else.
    private func loadOrUndo(
        _ part: RestorePart, _ prepared: RestoreGround.Prepared, on session: Session
    ) async throws -> DatabaseRestore.Timings {
        let isDefined = Mutex(false)
        let fit = ground.encodingFit(session)
        let target = session.connectionInfo
        do {
            return try await ground.load(part, into: target, pgRestore: prepared.pgRestore) {
                isDefined.withLock { $0 = true }
            }
        } catch {
            if isDefined.withLock({ $0 }) {
                await CleanupScope.run { [ground] in await SelectionUndo(part: part).run(on: target, ground) }
            }
            throw fit.explaining(error)
        }
    }
}

extension RestoreGround {
    /// What is not made, and what is made unasked.
    func tell(_ part: RestorePart) {
        if let leftOut = part.leftOut {
            for text in leftOut.sentences(source.manifest) + leftOut.remedies(source.manifest) { warnings.add(text) }
        }
        guard let selection = part.selection else { return }
        for leftOut in selection.leftOut {
            warnings.add(
                "left out, because \(leftOut.reason): \(leftOut.entry.kindAndName): \(leftOut.statement)")
        }
        for entry in selection.lostForeignKeys {
            warnings.add(
                "a foreign key of another table that refers to what is restored is not made: "
                    + entry.statementOnOneLine)
        }
        let alongside = selection.alongside.map(\.kindAndName)
        if !alongside.isEmpty {
            context.reporter.report(
                .note("Needed, and missing in the database, so made as well: \(alongside.joined(separator: ", "))"))
        }
    }
}
