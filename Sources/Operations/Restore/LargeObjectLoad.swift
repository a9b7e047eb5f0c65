import Archive
import JobModel
import Postgres

/// Writes the contents of large objects that pg_restore has created.
struct LargeObjectLoad: Sendable {
    let stream: VerifiedStream
    let reporter: any ProgressReporter

    func run(_ oids: [UInt32], on session: Session) async throws {
        try await session.execute("BEGIN")
        do {
            for oid in oids { try await load(oid, on: session) }
            try await session.execute("COMMIT")
        } catch {
            try? await session.execute("ROLLBACK")
            throw error
        }
        reporter.report(.finished(item: "\(oids.count) large objects", rows: oids.count, bytes: 0))
    }

    private func load(_ oid: UInt32, on session: Session) async throws {
        _ = try await Relay.run { send in
            try await stream.inflate(LargeObjectFile.name(of: oid) + ".gz") { piece in
                reporter.report(.moved(bytes: piece.count))
                try await send(piece)
            }
        } consume: { next in
            try await session.writeLargeObject(oid: oid, next)
        }
    }
}
