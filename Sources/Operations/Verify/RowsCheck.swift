import Archive
import JobModel
import Postgres

/// Reads every restored row again, with the very COPY and settings of the backup, and compares counts and row hashes:
/// proof, row by row, that what was dumped is what is there.
///
/// Memory: for each session three chunks of 1 MiB, or three times a row that is larger: libpq holds it twice.
struct RowsCheck: Sendable {
    /// Tables whose rows are compared together: one, or all leaves that were loaded through one root, because rows may
    /// come to lie in other leaves than they came from.
    struct Group: Sendable {
        let name: String
        let statement: ServerText
        var digest: RowDigest
        /// Set where blocks of it can be read one by one, if the server's table allows it.
        var table: Manifest.Table?
    }

    let source: BackupSource
    let target: ConnectionInfo
    let context: OperationContext
    let jobs: Int
    /// Larger tables are read in parts of about so much COPY text, by several sessions at the same time.
    var partSizeInBytes = 32 << 20

    static func groups(of manifest: Manifest) -> [Group] {
        let direct = manifest.tables.filter { $0.root == nil }
        let routed = Dictionary(grouping: manifest.tables.filter { $0.root != nil }) { $0.root?.target ?? "" }
        return direct.map {
            Group(
                name: $0.displayName, statement: $0.copyStatement, digest: $0.rowDigest,
                table: $0.condition == nil && !$0.columns.isEmpty ? $0 : nil)
        }
            + routed.keys.sorted().map { root in group(root: root, leaves: routed[root] ?? [], direct: direct) }
    }

    /// All that a root holds came through it, into whatever leaf, but for the leaves that were loaded directly: of one
    /// tree, only some branches may be such that rows must be routed. All leaves of a tree have the same columns.
    private static func group(root: ServerText, leaves: [Manifest.Table], direct: [Manifest.Table]) -> Group {
        var digest = RowDigest()
        for leaf in leaves { digest += leaf.rowDigest }
        let columns = leaves.first?.columnsInDigestOrder ?? []
        let others = direct.filter { Set($0.columns) == Set(columns) }.map {
            "\(SQLIdentifier(schema: $0.schema, name: $0.name).quoted.quotedAsLiteral)::pg_catalog.regclass"
                as ServerText
        }
        var statement: ServerText = "COPY (SELECT \(columns.joined(separator: ", ")) FROM \(root)"
        if !others.isEmpty {
            statement += " WHERE tableoid <> ALL (ARRAY[\(others.joined(separator: ", "))]::pg_catalog.oid[])"
        }
        return Group(name: root.text, statement: statement + ") TO STDOUT", digest: digest)
    }

    func run() async throws -> VerificationCheck {
        let groups = Self.groups(of: source.manifest)
        let findings = try await findings(try await pieces(of: groups), groupCount: groups.count)
        let faults = zip(groups, findings).compactMap { Self.fault(in: $0, $1) }.sorted()
        let rows = groups.reduce(0) { $0 + $1.digest.rows }
        let expected = "\(rows) rows in \(source.manifest.tables.count) tables, row hashes equal"
        return faults.isEmpty
            ? .passed(.rows, expected: expected, found: expected)
            : .failed(.rows, expected: expected, found: "\(faults.count) tables differ", details: faults)
    }

    /// What was read of a group: digests add up, whoever reads which part.
    struct Finding: Sendable, Equatable {
        var digest = RowDigest()
        /// Why some of it cannot be read.
        var obstacle: String?

        static func += (left: inout Finding, right: Finding) {
            left.digest += right.digest
            left.obstacle = left.obstacle ?? right.obstacle
        }
    }

    /// Reads all pieces, by several sessions; what each group came to.
    private func findings(_ pieces: [Piece], groupCount: Int) async throws -> [Finding] {
        let queue = WorkQueue(pieces)
        return try await withThrowingTaskGroup(of: [Finding].self) { group in
            for _ in 0..<min(jobs, pieces.count) {
                group.addTask {
                    try await withSession { session in
                        var findings = [Finding](repeating: Finding(), count: groupCount)
                        while let piece = queue.next() {
                            findings[piece.group] += try await finding(of: piece.statement, on: session)
                        }
                        return findings
                    }
                }
            }
            return try await group.reduce(into: [Finding](repeating: Finding(), count: groupCount)) { all, some in
                for (index, finding) in some.enumerated() { all[index] += finding }
            }
        }
    }

    func withSession<Success: Sendable>(_ body: (Session) async throws -> Success) async throws -> Success {
        let session = try await TargetSession.open(
            target, for: .comparing, manifest: source.manifest, applicationName: context.applicationName)
        do {
            let success = try await body(session)
            await session.close()
            return success
        } catch {
            await session.close()
            throw error
        }
    }

    private func finding(of statement: ServerText, on session: Session) async throws -> Finding {
        do {
            return Finding(digest: try await digest(of: statement, on: session))
        } catch let error as PostgresError where error.isRefusalOfContents {
            return Finding(obstacle: error.message)
        }
    }

    private static func fault(in group: Group, _ found: Finding) -> String? {
        if let obstacle = found.obstacle { return "\(group.name) cannot be read: \(obstacle)" }
        guard found.digest != group.digest else { return nil }
        return found.digest.rows == group.digest.rows
            ? "\(group.name): all \(found.digest.rows) rows are there, but some differ"
            : "\(group.name): \(found.digest.rows) rows instead of \(group.digest.rows)"
    }

    private func digest(of statement: ServerText, on session: Session) async throws -> RowDigest {
        var rows = RowHasher()
        let sent = try await session.copyOut(statement) { rows.update($0) }
        guard sent == rows.digest.rows else {
            throw OperationError.rowCountDiffers(
                table: session.server.database, sent: sent, received: Int64(rows.digest.rows))
        }
        return rows.digest
    }
}
