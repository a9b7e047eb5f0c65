import Archive
import JobModel
import Postgres

/// Where the scratch database of a verification lives: a throw-away cluster, or a server that the user named.
struct ScratchServer {
    /// A scratch database, with what is needed to fill and to compare it.
    struct Database: Sendable {
        let connection: ConnectionInfo
        /// Where it is afterwards if it is kept, for people: the database, or the folder of the cluster.
        let keptPlace: String
        let version: PostgresVersion
        let pgRestore: ClientTool
        let pgDump: ClientTool
        let secondsToMake: Double
        /// What became of the backup's roles here.
        let globals: VerificationCheck
    }

    let context: OperationContext
    let manifest: Manifest
    let contents: TableOfContents
    /// Nil where the backup holds no roles.
    let globals: GlobalsRestore?
    let settings: VerifySettings

    /// Makes the database, runs `body`, and removes all, whatever happens. Throws
    /// ``OperationError/missingPrerequisites`` before anything is made where the server lacks what the backup needs.
    nonisolated(nonsending) func withDatabase<Result: Sendable>(
        warnings: Warnings, _ body: nonisolated(nonsending) (Database) async throws -> Result
    ) async throws -> Result {
        let stopwatch = Stopwatch()
        if let server = settings.server {
            let globals = VerificationCheck.skipped(
                .globals, because: "the roles of a server that was named are left alone")
            return try await withDatabase(on: server, keptIn: nil, globals, stopwatch, warnings, body)
        }
        context.reporter.report(.phase("making a throw-away cluster"))
        let programs = try await context.tools.serverPrograms(atLeast: manifest.server.versionNumber / 10_000)
        var options = ThrowAwayClusterOptions(
            parentFolder: context.temporaryDirectory, runID: context.runID.description)
        options.superuser = superuser
        options.isKept = settings.keepsScratchDatabase
        return try await ThrowAwayCluster.with(programs, options) { cluster in
            let globals = try await makeRoles(in: cluster, major: programs.version.major)
            return try await withDatabase(
                on: cluster.connectionInfo, keptIn: cluster.keptFolder, globals, stopwatch, warnings, body)
        }
    }

    /// The role that made the source's cluster: privileges that it has from the beginning are nowhere recorded.
    private var superuser: String { manifest.server.bootstrapRole?.text ?? "postgres" }

    private nonisolated(nonsending) func withDatabase<Result: Sendable>(
        on server: ConnectionInfo, keptIn folder: String?, _ globals: VerificationCheck, _ stopwatch: Stopwatch,
        _ warnings: Warnings, _ body: nonisolated(nonsending) (Database) async throws -> Result
    ) async throws -> Result {
        let version = try await prepare(server, warnings: warnings)
        let pgRestore = try await context.tools.pgRestore(for: manifest, serverMajor: version.major)
        let pgDump = try await context.tools.client(.pgDump, forServer: version)
        return try await ScratchDatabase.with(
            on: server, like: DatabaseLocale(of: manifest), runID: context.runID.description,
            disposal: disposal(inCluster: folder)
        ) { scratch in
            for difference in scratch.differences {
                warnings.add("the scratch database has \(difference): sorting and range bounds may differ")
            }
            return try await body(
                Database(
                    connection: scratch.connectionInfo,
                    keptPlace: folder ?? scratch.keptConnectionInfo.displayText, version: version,
                    pgRestore: pgRestore, pgDump: pgDump, secondsToMake: stopwatch.seconds, globals: globals))
        }
    }

    /// `folder` is that of a throw-away cluster, nil on a server that stays.
    private func disposal(inCluster folder: String?) -> ScratchDatabase.Disposal {
        if settings.keepsScratchDatabase { return .keep }
        return folder == nil ? .drop : .leave
    }

    /// Sweeps what killed runs have left, and refuses a server on which the restore cannot succeed.
    private func prepare(_ server: ConnectionInfo, warnings: Warnings) async throws -> PostgresVersion {
        let session = try await Session.open(server, applicationName: context.applicationName)
        do {
            try await session.refusePooler()
            try await requireCreation(of: session)
            for name in try await ScratchDatabase.sweepLeftovers(session) {
                context.reporter.report(.note("dropped \(name), which a killed run had left"))
            }
            var missing = Prerequisites(
                of: manifest, contents, offer: try await Prerequisites.offer(of: session))
            missing.missingTablespaces = []
            if let refusal = missing.refusal(major: session.server.majorVersion) {
                throw settings.server == nil ? refusal.inThrowAwayCluster : refusal
            }
            await session.close()
            return PostgresVersion(number: session.server.versionNumber)
        } catch {
            await session.close()
            throw error
        }
    }

    private func requireCreation(of session: Session) async throws {
        let row = try await session.query(
            "SELECT rolsuper OR rolcreatedb AS allowed FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER"
        ).onlyRow()
        guard try !row.bool("allowed") else { return }
        throw OperationError.mayNotCreateDatabases(role: session.server.user, server: session.server.displayText)
    }

    /// The roles of the source, as far as the backup has them, and for the others stand-ins that may own and be granted
    /// things, and can do nothing else.
    private func makeRoles(in cluster: ThrowAwayCluster, major: Int) async throws -> VerificationCheck {
        let session = try await Session.open(cluster.connectionInfo, applicationName: context.applicationName)
        do {
            let made = try await globals?.run(on: session, bootstrapRole: ServerText(superuser), wanted: [])
            for role in manifest.roles where role.text != superuser && made?.roles.contains(role) != true {
                try await session.execute("CREATE ROLE \(role.quotedAsIdentifier) NOLOGIN")
            }
            await session.close()
            return check(made, major: major)
        } catch {
            await session.close()
            throw error
        }
    }

    /// What another major version, or a machine without some locale, does not take is no fault of the backup.
    private func check(_ made: GlobalsRestore.Result?, major: Int) -> VerificationCheck {
        guard let made else { return .skipped(.globals, because: "the backup holds none") }
        let expected = "all roles with their memberships and settings"
        let isOtherMajor = major != manifest.server.versionNumber / 10_000
        guard made.refusals.isEmpty || isOtherMajor else {
            return .failed(
                .globals, expected: expected, found: "\(made.refusals.count) statements were refused",
                details: made.refusals)
        }
        return .passed(
            .globals, expected: expected, found: "\(made.roles.count) roles made",
            details: made.refusals + made.settingRefusals)
    }
}
