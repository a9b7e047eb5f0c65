import Archive
import JobModel
import Postgres

/// Reads every restored row again, with the very COPY and settings of the backup, and compares counts and row hashes:
/// proof, row by row, that what was dumped is what is there.
struct RowsCheck: Sendable {
    /// Tables whose rows are compared together: one, or all leaves that were loaded through one root, because rows may
    /// come to lie in other leaves than they came from.
    struct Group: Sendable {
        let name: String
        let statement: ServerText
        var digest: RowDigest
    }

    let source: BackupSource
    let target: ConnectionInfo
    let context: OperationContext
    let jobs: Int

    static func groups(of manifest: Manifest) -> [Group] {
        let direct = manifest.tables.filter { $0.root == nil }
        let routed = Dictionary(grouping: manifest.tables.filter { $0.root != nil }) { $0.root?.target ?? "" }
        return direct.map { Group(name: $0.displayName, statement: $0.copyStatement, digest: $0.rowDigest) }
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
        let queue = WorkQueue(groups.sorted { $0.digest.rows > $1.digest.rows })
        let faults = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<min(jobs, groups.count) {
                group.addTask {
                    let session = try await TargetSession.open(
                        target, for: .comparing, manifest: source.manifest,
                        applicationName: context.applicationName)
                    do {
                        var faults: [String] = []
                        while let next = queue.next() {
                            if let fault = try await compare(next, on: session) { faults.append(fault) }
                        }
                        await session.close()
                        return faults
                    } catch {
                        await session.close()
                        throw error
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        let rows = groups.reduce(0) { $0 + $1.digest.rows }
        let expected = "\(rows) rows in \(source.manifest.tables.count) tables, row hashes equal"
        return faults.isEmpty
            ? .passed(.rows, expected: expected, found: expected)
            : .failed(.rows, expected: expected, found: "\(faults.count) tables differ", details: faults)
    }

    private func compare(_ group: Group, on session: Session) async throws -> String? {
        let digest: RowDigest
        do {
            digest = try await self.digest(of: group.statement, on: session)
        } catch let error as PostgresError where error.isRefusalOfContents {
            return "\(group.name) cannot be read: \(error.message)"
        }
        guard digest != group.digest else { return nil }
        return digest.rows == group.digest.rows
            ? "\(group.name): all \(digest.rows) rows are there, but some differ"
            : "\(group.name): \(digest.rows) rows instead of \(group.digest.rows)"
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
