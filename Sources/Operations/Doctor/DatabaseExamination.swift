import Foundation
import JobModel
import Postgres

/// What a check of a database does not look at: its clock, what killed runs left on its server, whether proofs have its
/// locale and room here.
struct DatabaseExamination: Sendable {
    let context: OperationContext
    let subject: String
    let connection: ConnectionInfo
    /// Proofs are made on this machine.
    let isProvenHere: Bool

    struct Outcome: Sendable {
        var findings: [CheckFinding] = []
        var major: Int?
    }

    /// Never throws but on cancellation. A server that cannot be reached is told by the check.
    func run() async throws -> Outcome {
        do {
            let session = try await Session.openForLooking(connection, applicationName: context.applicationName)
            do {
                let outcome = try await look(session)
                await session.close()
                return outcome
            } catch {
                await CleanupScope.run { await session.close() }
                throw error
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            return Outcome()
        }
    }

    private func look(_ session: Session) async throws -> Outcome {
        var outcome = Outcome(major: session.server.majorVersion)
        let before = context.clock.now.timeIntervalSince1970
        let row = try await session.query(Self.query).onlyRow()
        let after = context.clock.now.timeIntervalSince1970
        outcome.findings.append(
            ClockJudgment.finding(subject, there: try row.double("now"), before: before, after: after))
        if isProvenHere {
            outcome.findings += Self.room(
                subject, size: try row.int("size"), free: Disk(path: context.temporaryDirectory)?.freeBytes,
                folder: context.temporaryDirectory)
            let facts = try await ServerFacts.gather(session)
            outcome.findings += Self.locale(subject, facts.locale, isThere: HostFacts.isLocaleThere)
        }
        return outcome.adding(try await leftovers(session))
    }

    // MARK: - Judgments

    static func room(_ subject: String, size: Int, free: Int?, folder: String) -> [CheckFinding] {
        guard let free, free < size else { return [] }
        return [
            .warning(
                subject,
                "it has \(Quantities.bytes(size)), and \(folder), where proofs are made, \(Quantities.bytes(free)) free",
                advice: "Name a larger disk in TMPDIR, or a server in scratch_url.")
        ]
    }

    static func locale(
        _ subject: String, _ locale: DatabaseLocale, isThere: (String) -> Bool
    ) -> [CheckFinding] {
        let name = locale.collate.text
        guard locale.provider == .libc, !isThere(name) else { return [] }
        return [
            .warning(
                subject, "this machine has no locale \(name): proofs sort by another, and say so",
                advice: "Add \(name) to /etc/locale.gen, and run locale-gen.")
        ]
    }

    static func leftovers(
        _ subject: String, abandoned: [String], replacements: [String], kept: [String]
    ) -> [CheckFinding] {
        func finding(_ names: [String], _ what: String, _ advice: String) -> [CheckFinding] {
            guard !names.isEmpty else { return [] }
            return [
                CheckFinding(
                    subject: subject, level: .warning,
                    message: "its server has \(names.count) database\(names.count == 1 ? "" : "s") \(what): "
                        + names.joined(separator: ", "),
                    advice: advice,
                    statements: names.map { "DROP DATABASE \(ServerText($0).quotedAsIdentifier);" })
            ]
        }
        return finding(abandoned, "of proofs that were killed", "The next proof there drops them; or do it now.")
            + finding(
                replacements, "of restores with --replace that broke off",
                "Nobody is connected to them. Look what they hold, then drop them.")
            + finding(kept, "that --keep has left", "Drop them when they are not needed any more.")
    }

    private func leftovers(_ session: Session) async throws -> [CheckFinding] {
        let rows = try await session.query(Self.databases).rows
        let idle = try rows.compactMap { row in try row.text("name").validText }
        return Self.leftovers(
            subject, abandoned: try await ScratchDatabase.leftovers(session),
            replacements: idle.filter { $0.hasPrefix(ReplacementNames.temporaryPrefix) },
            kept: idle.filter { $0.hasPrefix("dbops_kept_") })
    }

    private static let query: ServerText = """
        SELECT pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) AS now,
          pg_catalog.pg_database_size(pg_catalog.current_database()) AS size
        """

    private static let databases: ServerText = """
        SELECT d.datname AS name FROM pg_catalog.pg_database d
        WHERE d.datname ~ '^dbops_(restore|kept)_'
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
        ORDER BY d.datname
        """
}

extension DatabaseExamination.Outcome {
    fileprivate func adding(_ more: [CheckFinding]) -> Self {
        DatabaseExamination.Outcome(findings: findings + more, major: major)
    }
}
