import JobModel
import Postgres

/// One run of pg_amcheck, over one database.
///
/// The extension is made for it, in this database alone, and dropped again.
struct AmcheckPass: Sendable {
    /// What cannot be had here.
    struct Obstacle: Error { let text: String }

    let context: OperationContext
    let database: RestoredDatabase
    let jobs: Int

    /// A program that breaks off is thrown.
    func run() async throws -> Result<AmcheckReading, Obstacle> {
        switch try await prepare() {
        case .failure(let obstacle): return .failure(obstacle)
        case .success(let ready):
            let output = try await ready.tool.run(
                arguments(ready), connection: database.connection.with(sessionOptions: "-c statement_timeout=0"))
            guard output.status.isSuccess || output.status == .exited(2) else { throw ready.tool.failure(output) }
            if ready.madeExtension { try await withSession { try await $0.execute("DROP EXTENSION amcheck") } }
            return .success(
                AmcheckReading(
                    hasFindings: !output.status.isSuccess,
                    output: String(decoding: output.standardOutput, as: UTF8.self), tables: ready.tables,
                    indexes: ready.indexes))
        }
    }

    private func arguments(_ ready: Ready) -> [ServerText] {
        var arguments: [ServerText] = [
            "--heapallindexed", "--parent-check", "--on-error-stop", "--no-password", "--jobs=\(jobs)",
        ]
        if min(ready.tool.version.major, database.version.major) >= 17 { arguments.append("--checkunique") }
        return arguments
    }

    // MARK: - What it takes

    private struct Ready: Sendable {
        let tool: ClientTool
        let madeExtension: Bool
        let tables: Int
        let indexes: Int
    }

    private func prepare() async throws -> Result<Ready, Obstacle> {
        let tool: ClientTool
        switch try await Self.tool(among: context.tools, for: database.version) {
        case .success(let found): tool = found
        case .failure(let obstacle): return .failure(obstacle)
        }
        return try await withSession { session in
            if let obstacle = try await Self.obstacle(on: session) { return .failure(obstacle) }
            let isThere =
                try await session.query(
                    "SELECT 1 AS one FROM pg_catalog.pg_extension WHERE extname = 'amcheck'"
                ).rows.isEmpty == false
            if !isThere {
                do {
                    try await session.execute("CREATE EXTENSION amcheck SCHEMA pg_catalog")
                } catch PostgresError.statement(let failure) {
                    return .failure(
                        Obstacle(text: "the extension amcheck could not be made: \(failure.message)"))
                }
            }
            let counts = try await session.query(
                """
                SELECT pg_catalog.count(*) FILTER (WHERE c.relkind IN ('r', 'm', 't')) AS tables,
                       pg_catalog.count(*) FILTER (WHERE c.relkind = 'i' AND a.amname = 'btree') AS indexes
                  FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
                """
            ).onlyRow()
            return .success(
                Ready(
                    tool: tool, madeExtension: !isThere, tables: try counts.int("tables"),
                    indexes: try counts.int("indexes")))
        }
    }

    /// The program, or why there is none.
    static func tool(among tools: ClientTools, for version: PostgresVersion) async throws -> Result<
        ClientTool, Obstacle
    > {
        do {
            return .success(try await tools.client(.pgAmcheck, forServer: version))
        } catch let error as PostgresError where error.isAboutMissingProgram {
            return .failure(Obstacle(text: error.message + (error.hint.map { ". \($0)" } ?? "")))
        }
    }

    /// The extension is not trusted: making it, and calling it, takes a superuser.
    static func obstacle(on session: Session) async throws -> Obstacle? {
        let row = try await session.query(
            """
            SELECT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER) AS is_superuser,
                   EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'amcheck') AS is_available
            """
        ).onlyRow()
        let server = session.server.displayText
        if try !row.bool("is_available") {
            let package = ClientTool.Name.postgres.debianPackage(major: session.server.majorVersion)
            return Obstacle(
                text: "\(server) does not have the extension amcheck. Install it there: it comes with \(package)")
        }
        if try !row.bool("is_superuser") {
            return Obstacle(
                text: "it takes a superuser, and \(session.server.user) is none on \(server). Prove it in a "
                    + "throw-away cluster, or name a superuser for the scratch server")
        }
        return nil
    }

    private nonisolated(nonsending) func withSession<Success: Sendable>(
        _ body: nonisolated(nonsending) (Session) async throws -> Success
    ) async throws -> Success {
        let session = try await Session.open(
            database.connection, applicationName: context.applicationName,
            startupStatements: SessionSettings.lasting + ["SET default_transaction_read_only = off"])
        do {
            let success = try await body(session)
            await session.close()
            return success
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }
}

extension PostgresError {
    fileprivate var isAboutMissingProgram: Bool {
        switch self {
        case .toolMissing, .toolBroken, .toolTooOld: true
        default: false
        }
    }
}
