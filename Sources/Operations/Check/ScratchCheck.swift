import Foundation
import JobModel
import Postgres

/// Whether backups of a database can be restored for proof: in a throw-away cluster, or on a server named for it.
struct ScratchCheck: Sendable {
    let context: OperationContext
    let subject: String
    /// Of the server that is backed up; nil where it could not be asked.
    let source: ServerFacts?
    /// Nil for a throw-away cluster.
    let server: ConnectionInfo?
    /// The jobs that have tables and indexes read by pg_amcheck.
    var amcheckJobs: [String] = []

    /// Never throws but on cancellation: what fails is a finding.
    func run() async throws -> [CheckFinding] {
        do {
            if let server { return try await look(at: server) }
            return try await lookForPrograms()
        } catch let error as CancellationError {
            throw error
        } catch {
            return [.fault(subject, error)]
        }
    }

    private func lookForPrograms() async throws -> [CheckFinding] {
        guard let source else { return [] }
        let programs = try await context.tools.serverPrograms(atLeast: source.version.major)
        if OperatingSystemUser.isRoot, OperatingSystemUser(named: "postgres") == nil {
            return [
                CheckFinding(
                    subject: subject, level: .fault(.unavailable),
                    message: "a throw-away cluster cannot run as root, and there is no user postgres",
                    advice:
                        "Run dbops as another user, or install \(ClientTool.Name.postgres.debianPackage(major: source.version.major))."
                )
            ]
        }
        return [.good(subject, "throw-away clusters of PostgreSQL \(programs.version) by \(programs.folder)")]
            + (try await amcheck(for: programs.version))
    }

    /// On `session`'s server; in a throw-away cluster only the program can be missing.
    private func amcheck(for version: PostgresVersion, on session: Session? = nil) async throws -> [CheckFinding] {
        guard !amcheckJobs.isEmpty else { return [] }
        let tool: ClientTool
        switch try await AmcheckPass.tool(among: context.tools, for: version) {
        case .failure(let obstacle): return [noAmcheck(obstacle)]
        case .success(let found): tool = found
        }
        if let session, let obstacle = try await AmcheckPass.obstacle(on: session) { return [noAmcheck(obstacle)] }
        return [.good(subject, "\(tool.name.rawValue) \(tool.version) at \(tool.path)")]
    }

    private func noAmcheck(_ obstacle: AmcheckPass.Obstacle) -> CheckFinding {
        .warning(
            subject, "amcheck of \(amcheckJobs.joined(separator: ", ")) would be skipped: \(obstacle.text)")
    }

    private func look(at server: ConnectionInfo) async throws -> [CheckFinding] {
        try await Session.open(server, applicationName: context.applicationName).closing { try await look($0) }
    }

    private func look(_ session: Session) async throws -> [CheckFinding] {
        try await session.refusePooler()
        let facts = try await ServerFacts.gather(session)
        var findings: [CheckFinding] = []
        if facts.isInRecovery {
            findings.append(unavailable("the scratch server is a standby: nothing can be made there"))
        }
        if let source, facts.version.major < source.version.major {
            findings.append(
                unavailable("PostgreSQL \(facts.version) cannot take backups of PostgreSQL \(source.version)"))
        }
        findings += try await mayCreateDatabases(session, facts) + missingExtensions(session)
        findings += try await amcheck(for: facts.version, on: session)
        if source?.systemIdentifier != nil, source?.systemIdentifier == facts.systemIdentifier {
            findings.append(
                .warning(
                    subject, "proofs run on the very server that is backed up",
                    advice: "They take its disk and memory; a throw-away cluster takes none of them."))
        }
        guard !findings.contains(where: \.isFault) else { return findings }
        return findings + [.good(subject, "scratch databases on PostgreSQL \(facts.version)")]
    }

    private func mayCreateDatabases(_ session: Session, _ facts: ServerFacts) async throws -> [CheckFinding] {
        let row = try await session.query(
            "SELECT rolsuper OR rolcreatedb AS allowed FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER"
        ).onlyRow()
        guard try !row.bool("allowed") else { return [] }
        return [
            CheckFinding(
                subject: subject, level: .fault(.permission),
                message: "\(facts.currentUser) may not create databases on the scratch server",
                advice: "Run this there as a superuser.",
                statements: ["ALTER ROLE \(facts.currentUser.quotedAsIdentifier) CREATEDB;"])
        ]
    }

    private func missingExtensions(_ session: Session) async throws -> [CheckFinding] {
        guard let source else { return [] }
        let offered = try await Prerequisites.offer(of: session).extensions
        let bound = BoundExtension.all.map(\.name)
        let missing = source.extensions.map(\.name).filter { !bound.contains($0) }.map(\.text)
            .filter { !offered.contains($0) }
        guard !missing.isEmpty else { return [] }
        return [
            unavailable(
                "the scratch server lacks the extensions \(missing.joined(separator: ", "))",
                advice: ExtensionPackages.advice(for: missing, major: session.server.majorVersion))
        ]
    }

    private func unavailable(_ message: String, advice: String? = nil) -> CheckFinding {
        CheckFinding(subject: subject, level: .fault(.unavailable), message: message, advice: advice)
    }
}
