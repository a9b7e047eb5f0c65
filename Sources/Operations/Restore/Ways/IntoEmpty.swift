import JobModel
import Postgres

/// All of a backup, into a database that is there and holds nothing. Where it breaks off, what was loaded stays.
struct IntoEmpty: Sendable {
    let ground: RestoreGround

    func run() async throws -> RestoreGround.Done {
        let session = try await ground.openExisting()
        let (part, prepared, fit) = try await session.closing { session in
            try await TargetFitness.refuseUnfit(session)
            try await refuseInhabited(session)
            let part = try await ground.part(into: TargetObjects(), named: session.server.database, on: session)
            let prepared = try await ground.prepare(part, on: session, .init(of: part, makesDatabase: false))
            return (part, prepared, ground.encodingFit(session))
        }
        ground.tell(part)
        do {
            let timings = try await ground.load(part, into: session.connectionInfo, pgRestore: prepared.pgRestore)
            return RestoreGround.Done(timings: timings, roles: prepared.roles, part: part)
        } catch {
            await CleanupScope.run { await tellWhatStays(in: session.connectionInfo) }
            throw fit.explaining(error)
        }
    }

    /// The next try would find it, and refuse.
    private func tellWhatStays(in target: ConnectionInfo) async {
        let stays = try? await ground.openSession(target).closing { session -> String? in
            try await TargetDatabase.firstObject(on: session) == nil ? nil : session.server.database
        }
        guard let database = stays else { return }
        let name = ServerText(database).quotedAsIdentifier
        ground.warnings.add(
            "what was restored until then is still in \(database); to empty it for another try: "
                + "DROP DATABASE \(name); CREATE DATABASE \(name);")
    }

    func refuseInhabited(_ session: Session) async throws {
        if let example = try await TargetDatabase.firstObject(on: session) {
            throw OperationError.targetNotEmpty(database: session.server.database, example: example)
        }
    }
}

extension RestoreGround {
    /// A session in the database that is to be filled.
    func openExisting() async throws -> Session {
        do {
            return try await openSession(request.target)
        } catch PostgresError.connection(let failure) where failure.cause == .noDatabase {
            throw OperationError.targetMissing(database: request.target.database ?? "")
        }
    }
}
