import Archive
import JobModel
import Postgres

/// Takes back what was made of a part of a backup in a database that goes on living: nothing of it was there before.
struct SelectionUndo: Sendable {
    let part: RestorePart

    /// In one transaction, never with CASCADE: what others have built on it meanwhile stays, and then all of it stays.
    func run(on target: ConnectionInfo, _ ground: RestoreGround) async {
        do {
            try await ground.openSession(target).closing { session in
                try await session.execute("BEGIN")
                for statement in Self.statements(part.entries) { try await session.execute(statement) }
                try await session.execute("COMMIT")
            }
        } catch {
            let reason = (error as? any UserFacingError)?.message ?? "\(error)"
            ground.warnings.add(
                "what was restored before could not be dropped again (\(reason)): "
                    + Self.statements(part.entries).map { $0.text + ";" }.joined(separator: " "))
        }
    }

    /// Views first, then all tables at once, because their foreign keys may go in a ring, then what they needed, in the
    /// reverse order of its making.
    static func statements(_ entries: [TOCEntry]) -> [ServerText] {
        let tables = entries.filter { $0.desc == "TABLE" }.map {
            SQLIdentifier(schema: $0.namespace ?? "", name: $0.tag)
        }
        let list = tables.map(\.quoted).joined(separator: ", ")
        let others = entries.reversed().filter { !$0.isData && !$0.isRemark && ObjectName($0) != nil }
        let views = others.filter { $0.desc == "VIEW" || $0.desc == "MATERIALIZED VIEW" }.compactMap(drop)
        let rest = others.filter { !["VIEW", "MATERIALIZED VIEW", "TABLE", "INDEX"].contains($0.desc) }.compactMap(drop)
        return views + (tables.isEmpty ? [] : ["DROP TABLE IF EXISTS \(list)"]) + rest
    }

    /// pg_dump's own statement, for what may be gone with its table.
    private static func drop(_ entry: TOCEntry) -> ServerText? {
        let words: ServerText = "DROP \(entry.desc) "
        guard let statement = entry.dropStmt, statement.bytes.starts(with: words.bytes) else { return nil }
        let rest = statement.bytes.dropFirst(words.bytes.count).prefix { $0 != UInt8(ascii: "\n") }
        return words + "IF EXISTS " + ServerText(bytes: rest.last == UInt8(ascii: ";") ? rest.dropLast() : rest)
    }
}
