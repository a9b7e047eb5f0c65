import Archive
import JobModel
import ObjectStorage
import Postgres

/// What every way of restoring stands on: the backup, read and checked, and the steps that all ways have in common.
struct RestoreGround: Sendable {
    let context: OperationContext
    let source: BackupSource
    let contents: TableOfContents
    let request: RestoreRequest
    /// Nil where all of it is restored.
    let chosen: ChosenEntries?
    let warnings: Warnings

    /// Reads the backup's listing and its table of contents; nothing is made on a server for a backup of which objects
    /// are missing, or for names that it does not hold.
    static func survey(
        _ source: BackupSource, for request: RestoreRequest, _ context: OperationContext, _ warnings: Warnings
    ) async throws -> RestoreGround {
        let check = try await ObjectsCheck(source: source).listing()
        guard check.verdict == .passed else {
            throw ArchiveError.damaged(object: source.url, reason: check.details.joined(separator: ", "))
        }
        let contents = try TableOfContents(parsing: try await source.readObject(named: TableOfContents.objectName))
        if let fault = try ContentsCoverage.faults(of: contents, source.manifest).first {
            throw ArchiveError.damaged(object: Manifest.objectName, reason: fault)
        }
        return RestoreGround(
            context: context, source: source, contents: contents, request: request,
            chosen: request.selection.isEmpty ? nil : try ChosenEntries(request.selection, of: contents),
            warnings: warnings)
    }

    /// What would be restored into the database `name`, on the server of the session, that holds `objects`.
    func part(into objects: TargetObjects, named name: String, on session: Session) async throws -> RestorePart {
        try part(into: objects)
            .leavingOut(try await BoundExtension.unfit(for: name, of: contents, on: session))
    }

    /// What would be restored into a database that holds `objects`, whatever its server is.
    func part(into objects: TargetObjects) throws -> RestorePart {
        guard let chosen else { return RestorePart(all: source, contents) }
        return RestorePart(try ResolvedSelection(chosen, of: contents, into: objects), of: source, contents)
    }

    /// A session for questions and statements, on which names must be qualified.
    func openSession(_ target: ConnectionInfo) async throws -> Session {
        let session = try await Session.open(
            target, applicationName: context.applicationName,
            startupStatements: SessionSettings.lasting + ["SET default_transaction_read_only = off"])
        do {
            // A standby cannot do it serializably, and types are written as pg_dump writes them.
            try await session.execute("SET default_transaction_isolation = 'read committed'")
            try await session.execute("SELECT pg_catalog.set_config('search_path', '', false)")
            return session
        } catch {
            await session.close()
            throw error
        }
    }

    // MARK: - Preparing

    struct Prepared: Sendable {
        let pgRestore: ClientTool
        let roles: [ServerText]
    }

    func prerequisites(_ part: RestorePart, on session: Session) async throws -> Prerequisites {
        Prerequisites(
            of: part.manifest, part.entries, isPart: part.selection != nil,
            offer: try await Prerequisites.offer(of: session))
    }

    /// Refuses a server that lacks what the backup needs, or a role that may not do it, before anything but roles is
    /// made there.
    func prepare(_ part: RestorePart, on session: Session, _ need: TargetFitness.Need) async throws -> Prepared {
        let pgRestore = try await context.tools.pgRestore(
            for: source.manifest, serverMajor: session.server.majorVersion)
        let roles =
            request.makesRoles
            ? try await makeRoles(on: session, wanted: prerequisites(part, on: session).missingRoles) : []
        if let error = try await prerequisites(part, on: session).refusal(major: session.server.majorVersion) {
            throw error
        }
        if let error = try await TargetFitness.gather(session).refusal(of: need) { throw error }
        return Prepared(pgRestore: pgRestore, roles: roles)
    }

    private func makeRoles(on session: Session, wanted: [String]) async throws -> [ServerText] {
        guard let globals = try await GlobalsRestore.of(source) else {
            throw OperationError.noGlobals(place: source.url)
        }
        context.reporter.report(.phase("making roles"))
        let result = try await globals.run(
            on: session, bootstrapRole: source.manifest.server.bootstrapRole, wanted: Set(wanted.map { ServerText($0) })
        )
        for refusal in result.refusals + result.settingRefusals { warnings.add("not as at the source: \(refusal)") }
        if source.manifest.globals?.passwordHashes == false, !result.roles.isEmpty {
            warnings.add("the roles that were made have no passwords: the backup holds none")
        }
        return result.roles
    }

    // MARK: - Restoring

    func load(
        _ part: RestorePart, into database: ConnectionInfo, pgRestore: ClientTool,
        hasDefined: @escaping @Sendable () -> Void = {}
    ) async throws -> DatabaseRestore.Timings {
        var options = DatabaseRestore.Options(jobs: request.jobs, isScratch: false)
        options.entries = part.listed
        options.hasDefined = hasDefined
        return try await DatabaseRestore(
            context: context, source: part.source, contents: part.contents, target: database, pgRestore: pgRestore,
            options: options, warnings: warnings
        ).run()
    }

    /// The statements that give the database its owner, settings and privileges.
    func properties(of name: String) throws -> [ServerText] {
        try DatabaseProperties.statements(
            contents, forDatabase: name, bootstrapRole: source.manifest.server.bootstrapRole)
    }

    /// Runs them. The data is there: what the server refuses is a warning.
    func setProperties(of name: String, on session: Session) async throws {
        for statement in try properties(of: name) {
            do {
                try await session.execute(statement)
            } catch PostgresError.statement(let failure) {
                warnings.add(
                    "the database is not as at the source: \(StatementFailure.summary(of: statement.text)): "
                        + failure.message)
            }
        }
    }

    /// What a way has come to.
    struct Done: Sendable {
        var timings = DatabaseRestore.Timings()
        var roles: [ServerText] = []
        var leftOut: [ResolvedSelection.LeftOut] = []
        /// Of these, what should have been made and was refused.
        var refused = 0
        var part: RestorePart
        var checks: [VerificationCheck] = []
        var replaced: RestoreReport.Replaced?
    }
}

extension Session {
    /// Runs `body` and closes the session, whatever happens.
    nonisolated(nonsending) func closing<Success: Sendable>(
        _ body: nonisolated(nonsending) (Session) async throws -> Success
    ) async throws -> Success {
        do {
            let success = try await body(self)
            await close()
            return success
        } catch {
            await close()
            throw error
        }
    }
}
