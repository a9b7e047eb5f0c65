import Archive
import JobModel
import Postgres

/// A backup, or a part of it, into a database that is made for it, and dropped again where that fails.
struct IntoNew: Sendable {
    let ground: RestoreGround

    var name: String { ground.request.target.database ?? ground.source.manifest.database.text }

    func run() async throws -> RestoreGround.Done {
        _ = try ground.part(into: .ofNewDatabase)
        let session = try await ground.openMaintenance(beside: name)
        return try await session.closing { session in
            let part = try await ground.part(into: .ofNewDatabase, named: name, on: session)
            let prepared = try await ground.prepare(part, on: session, .init(of: part, makesDatabase: true))
            try await TargetDatabase.create(name, like: ground.source.manifest, on: session)
            return try await ground.droppingOnFailure(name, on: session) {
                try await TargetDatabase.markUnfinished(name, run: ground.context.runID, on: session)
                let database = session.connectionInfo.with(database: name)
                let timings = try await ground.load(part, into: database, pgRestore: prepared.pgRestore)
                try await TargetDatabase.markFinished(name, on: session)
                if part.selection == nil { try await ground.setProperties(of: name, on: session) }
                ground.tell(part)
                return RestoreGround.Done(
                    timings: timings, roles: prepared.roles, leftOut: part.selection?.leftOut ?? [], part: part)
            }
        }
    }
}

extension TargetObjects {
    /// What a database made from template0 holds.
    static let ofNewDatabase = TargetObjects([
        ObjectName(kind: "schema", schema: "", name: "public"): "a schema",
        ObjectName(kind: "extension", schema: "", name: "plpgsql"): "an extension",
        ObjectName(kind: "language", schema: "", name: "plpgsql"): "a language",
        ObjectName(kind: "access method", schema: "", name: "heap"): "an access method",
    ])
}

extension RestoreGround {
    /// A session in a database other than `name`, to make, rename and drop that.
    func openMaintenance(beside name: String) async throws -> Session {
        let database = name == TargetDatabase.maintenance ? "template1" : TargetDatabase.maintenance
        let session = try await openSession(request.target.with(database: database))
        do {
            try await TargetFitness.refuseUnfit(session)
            return session
        } catch {
            await session.close()
            throw error
        }
    }

    /// Drops a database that was made just now where `body` fails.
    nonisolated(nonsending) func droppingOnFailure<Success: Sendable>(
        _ name: String, on session: Session, _ body: nonisolated(nonsending) () async throws -> Success
    ) async throws -> Success {
        do {
            return try await body()
        } catch {
            await CleanupScope.run { await drop(name, on: session) }
            throw error
        }
    }

    /// Over a new connection where the session's is gone.
    private func drop(_ name: String, on session: Session) async {
        do {
            do {
                try await TargetDatabase.drop(name, on: session)
            } catch PostgresError.connectionLost, PostgresError.sessionClosed {
                try await openMaintenance(beside: name).closing { try await TargetDatabase.drop(name, on: $0) }
            }
        } catch {
            let reason = (error as? any UserFacingError)?.message ?? "\(error)"
            warnings.add(
                "the half-restored database \(name) could not be dropped (\(reason)): "
                    + "DROP DATABASE \(ServerText(name).quotedAsIdentifier);")
        }
    }
}
