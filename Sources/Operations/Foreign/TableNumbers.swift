import JobModel
import Postgres

/// The oids of tables, as a session sees their names; asked once each.
struct TableNumbers: Sendable {
    private var known: [ServerText: UInt32] = [:]

    /// To be called where names may mean others from here on.
    mutating func forget() { known = [:] }

    /// Nil where there is no such table.
    nonisolated(nonsending) mutating func number(of name: ServerText, on session: Session) async throws -> UInt32? {
        if let number = known[name] { return number }
        let rows = try await session.query("SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid", [name]).rows
        guard let number = try rows.first?.optionalOID("oid") else { return nil }
        known[name] = number
        return number
    }
}
