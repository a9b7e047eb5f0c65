import Foundation
package import JobModel
package import Postgres

/// What a check asks by: read-only sessions with small limits of time, what is known of the server, and what earlier
/// runs remember.
package struct AdviceProbe: Sendable {
    package let session: Session
    package let server: AdviceServer
    /// Sessions with standbys of this server, under the same limits.
    package let standbys: [Session]
    /// The PgBouncer that the run was told of.
    let pgbouncer: PgBouncerSight
    let memory: any JobMemory
    private let memoryName: String

    /// What checks remember is kept below `memoryName`.
    init(
        session: Session, server: AdviceServer, standbys: [Session] = [], pgbouncer: PgBouncerSight = .none,
        memory: any JobMemory = NoJobMemory(), memoryName: String = "advise"
    ) {
        self.session = session
        self.pgbouncer = pgbouncer
        self.server = server
        self.standbys = standbys
        self.memory = memory
        self.memoryName = memoryName
    }

    package func rows(_ sql: ServerText) async throws -> [ResultTable.Row] {
        try await session.query(sql).rows
    }

    /// What this check remembered last; nil where it is nothing, or of another form.
    package func remembered<Value: Decodable>(_ id: AdviceID, as type: Value.Type = Value.self) async -> Value? {
        await memory.memory(named: "\(memoryName)/\(id.rawValue)").flatMap { try? MemoryText.decode($0) }
    }

    /// Remembers for the next run.
    package func remember(_ value: some Encodable, of id: AdviceID) async throws {
        await memory.remember(try MemoryText.encode(value), as: "\(memoryName)/\(id.rawValue)")
    }
}

/// How what is remembered is written.
enum MemoryText {
    static func encode(_ value: some Encodable) throws -> String { try value.json() }

    static func decode<Value: Decodable>(_ text: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Value.self, from: Data(text.utf8))
    }
}
