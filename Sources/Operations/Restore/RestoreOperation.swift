import Archive
import JobModel
import ObjectStorage
package import Postgres

/// Restores a backup into a database that is empty or made for it.
package struct RestoreOperation: Sendable {
    private let context: OperationContext
    private let source: BackupSource
    private let target: ConnectionInfo
    private let creates: Bool
    private let jobs: Int
    private let makesRoles: Bool
    private let warnings: Warnings

    /// `makesRoles`: those of the backup that the server lacks are made first, with their passwords, settings and
    /// memberships as far as the backup has them.
    package init(
        context: OperationContext, source: BackupSource, target: ConnectionInfo, creates: Bool, jobs: Int,
        makesRoles: Bool = false
    ) {
        self.context = context
        self.source = source
        self.target = target
        self.creates = creates
        self.jobs = jobs
        self.makesRoles = makesRoles
        warnings = Warnings(reporter: context.reporter)
    }

    /// Throws where the restore did not come to its end. A database that was made for it is dropped again; one that
    /// was there keeps what was loaded.
    package func execute() async throws -> RestoreReport {
        try await context.logged("restore", on: source.url) { try await restore() }
    }

    private func restore() async throws -> RestoreReport {
        let total = Stopwatch()
        try await requireObjects()
        let contents = try TableOfContents(parsing: try await source.readObject(named: TableOfContents.objectName))
        if let fault = try ContentsCoverage.faults(of: contents, source.manifest).first {
            throw ArchiveError.damaged(object: Manifest.objectName, reason: fault)
        }
        let (timings, roles) =
            creates ? try await restoreIntoNew(contents) : try await restoreIntoExisting(contents)
        return RestoreReport(
            outcome: .succeeded, url: source.url, target: target.displayText, manifest: source.manifest,
            roles: roles.map(\.text),
            seconds: .init(
                definitions: timings.definitions, data: timings.data, indexes: timings.indexes, total: total.seconds),
            warnings: warnings.all)
    }

    /// Nothing is made on the server for a backup of which objects are missing.
    private func requireObjects() async throws {
        let check = try await ObjectsCheck(source: source).listing()
        guard check.verdict == .passed else {
            throw OperationError.notABackup(place: source.url, reason: check.details.joined(separator: ", "))
        }
    }

    /// How long it took, and the roles that were made.
    private typealias Done = (DatabaseRestore.Timings, roles: [ServerText])

    private func restoreIntoExisting(_ contents: TableOfContents) async throws -> Done {
        let session = try await openExisting()
        let prepared: Prepared
        do {
            try await session.refusePooler()
            if let example = try await TargetDatabase.firstObject(on: session) {
                throw OperationError.targetNotEmpty(database: session.server.database, example: example)
            }
            prepared = try await prepare(session, contents)
            await session.close()
        } catch {
            await session.close()
            throw error
        }
        let timings = try await restore(contents, into: session.connectionInfo, pgRestore: prepared.pgRestore)
        return (timings, prepared.roles)
    }

    private func openExisting() async throws -> Session {
        do {
            return try await Session.open(target, applicationName: context.applicationName)
        } catch PostgresError.connection(let failure) where failure.cause == .noDatabase {
            throw OperationError.targetMissing(database: target.database ?? "")
        }
    }

    private func restoreIntoNew(_ contents: TableOfContents) async throws -> Done {
        let name = target.database ?? source.manifest.database.text
        let session = try await Session.open(
            target.with(database: TargetDatabase.maintenance), applicationName: context.applicationName,
            startupStatements: SessionSettings.lasting)
        do {
            try await session.refusePooler()
            let prepared = try await prepare(session, contents)
            try await TargetDatabase.create(name, like: source.manifest, on: session)
            do {
                let timings = try await restore(
                    contents, into: session.connectionInfo.with(database: name), pgRestore: prepared.pgRestore)
                try await setProperties(of: name, contents, on: session)
                await session.close()
                return (timings, prepared.roles)
            } catch {
                await CleanupScope.run { [warnings] in
                    do {
                        try await TargetDatabase.drop(name, on: session)
                    } catch {
                        warnings.add("the half-restored database \(name) could not be dropped")
                    }
                }
                throw error
            }
        } catch {
            await session.close()
            throw error
        }
    }

    private struct Prepared {
        let pgRestore: ClientTool
        let roles: [ServerText]
    }

    /// Refuses a server that lacks what the backup needs, before anything but roles is made there.
    private func prepare(_ session: Session, _ contents: TableOfContents) async throws -> Prepared {
        let pgRestore = try await context.tools.pgRestore(
            for: source.manifest, serverMajor: session.server.majorVersion)
        func missing() async throws -> Prerequisites {
            Prerequisites(of: source.manifest, contents, offer: try await Prerequisites.offer(of: session))
        }
        let roles = makesRoles ? try await makeRoles(on: session, wanted: missing().missingRoles) : []
        if let error = try await missing().refusal { throw error }
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

    /// Settings and privileges of the database itself. The data is there: what the server refuses is a warning.
    private func setProperties(of name: String, _ contents: TableOfContents, on session: Session) async throws {
        for statement in try DatabaseProperties.statements(contents, forDatabase: name) {
            do {
                try await session.execute(statement)
            } catch PostgresError.statement(let failure) {
                warnings.add(
                    "the database is not as at the source: \(StatementFailure.summary(of: statement.text)): "
                        + failure.message)
            }
        }
    }

    private func restore(
        _ contents: TableOfContents, into database: ConnectionInfo, pgRestore: ClientTool
    ) async throws -> DatabaseRestore.Timings {
        try await DatabaseRestore(
            context: context, source: source, contents: contents, target: database, pgRestore: pgRestore,
            options: .init(jobs: jobs, isScratch: false), warnings: warnings
        ).run()
    }
}

extension Prerequisites {
    /// All that is missing, in one error with the commands that would make it.
    var refusal: OperationError? {
        let things =
            missingRoles.map { "role \($0)" } + missingExtensions.map { "extension \($0)" }
            + missingCollations.map { "collation \($0)" } + missingTablespaces.map { "tablespace \($0)" }
            + (missingICU ? ["the collation provider ICU"] : [])
        guard !things.isEmpty else { return nil }
        var hints: [String] = []
        if !missingRoles.isEmpty {
            let commands = missingRoles.map { "CREATE ROLE \(ServerText($0).quotedAsIdentifier);" }
            hints.append("Create the roles: \(commands.joined(separator: " "))")
        }
        if !missingExtensions.isEmpty {
            hints.append("Install the packages of the extensions on the server.")
        }
        if !missingCollations.isEmpty {
            hints.append("Install the locales on the server and run pg_import_system_collations('pg_catalog').")
        }
        if !missingTablespaces.isEmpty { hints.append("Create the tablespaces.") }
        if missingICU { hints.append("Use a server that was built with ICU, as the source was.") }
        return .missingPrerequisites(things, hint: hints.joined(separator: " "))
    }
}
