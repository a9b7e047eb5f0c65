import Archive
import JobModel
import Postgres

/// Where a foreign dump is run.
struct ForeignPlace: Sendable {
    /// A superuser of a throw-away cluster, or the server that was named.
    let server: ConnectionInfo
    /// Where the dump begins.
    let database: ConnectionInfo
    let isThrowAway: Bool
    let version: PostgresVersion
    let pgDump: ClientTool
    /// Where it is afterwards if it is kept, for people.
    let keptPlace: String
    let secondsToMake: Double
}

/// Makes a place for a foreign dump: a scratch database in a throw-away cluster, or on a server that was named.
struct ForeignScratch: Sendable {
    let context: OperationContext
    let recognised: DumpBytes.Recognised
    let settings: VerifySettings

    /// The major version that a server must have at least; nil where the dump does not say. pg_dump writes settings that
    /// only its own major knows.
    private var neededMajor: Int? {
        let facts = recognised.facts
        let programVersion = recognised.form.isScript ? facts.programVersion : nil
        return [facts.serverVersion, programVersion].compactMap { $0 }.compactMap { PostgresVersion(in: $0)?.major }
            .max()
    }

    /// Runs `body`, and removes all that was made, whatever happens.
    nonisolated(nonsending) func with<Result: Sendable>(
        _ body: nonisolated(nonsending) (ForeignPlace) async throws -> Result
    ) async throws -> Result {
        let stopwatch = Stopwatch()
        if let server = settings.server {
            guard recognised.form != .cluster else { throw ForeignPlaceError.clusterOnNamedServer }
            return try await withDatabase(on: server, keptIn: nil, stopwatch, body)
        }
        context.reporter.report(.phase("making a throw-away cluster"))
        let programs = try await programs()
        var options = ThrowAwayClusterOptions(
            parentFolder: context.temporaryDirectory, runID: context.runID.description)
        options.superuser = bootstrapRole
        options.isKept = settings.keepsScratchDatabase
        return try await ThrowAwayCluster.with(programs, options) { cluster in
            guard recognised.form == .cluster else {
                return try await withDatabase(
                    on: cluster.connectionInfo, keptIn: cluster.keptFolder, stopwatch, body)
            }
            let pgDump = try await context.tools.client(.pgDump, forServer: programs.version)
            return try await body(
                ForeignPlace(
                    server: cluster.connectionInfo, database: cluster.connectionInfo, isThrowAway: true,
                    version: programs.version, pgDump: pgDump, keptPlace: cluster.keptFolder,
                    secondsToMake: stopwatch.seconds))
        }
    }

    /// Privileges that the role which made the source's cluster has from the beginning are nowhere recorded. A name that
    /// would have to be quoted is not taken.
    private var bootstrapRole: String {
        guard let name = recognised.facts.bootstrapRole, !name.isEmpty, !name.hasPrefix("pg_"),
            name.allSatisfy({ $0 == "_" || $0.isASCII && ($0.isLowercase || $0.isNumber) })
        else { return "postgres" }
        return name
    }

    /// Of the dump's own major or the next newer; the newest where the dump does not say.
    private func programs() async throws -> ServerPrograms {
        if let neededMajor { return try await context.tools.serverPrograms(atLeast: neededMajor) }
        let newest = try await context.tools.all(.postgres).map(\.version.major).max()
        return try await context.tools.serverPrograms(atLeast: newest ?? 10)
    }

    private nonisolated(nonsending) func withDatabase<Result: Sendable>(
        on server: ConnectionInfo, keptIn folder: String?, _ stopwatch: Stopwatch,
        _ body: nonisolated(nonsending) (ForeignPlace) async throws -> Result
    ) async throws -> Result {
        let version = try await prepare(server)
        let pgDump = try await context.tools.client(.pgDump, forServer: version)
        let disposal: ScratchDatabase.Disposal =
            settings.keepsScratchDatabase ? .keep : folder == nil ? .drop : .leave
        return try await ScratchDatabase.with(
            on: server, like: locale, runID: context.runID.description, disposal: disposal
        ) { scratch in
            try await body(
                ForeignPlace(
                    server: server, database: scratch.connectionInfo, isThrowAway: folder != nil, version: version,
                    pgDump: pgDump, keptPlace: folder ?? scratch.keptConnectionInfo.displayText,
                    secondsToMake: stopwatch.seconds))
        }
    }

    /// Bytes that nobody can convert stay as they are; all else is kept as UTF-8.
    private var locale: DatabaseLocale {
        recognised.facts.encoding == "SQL_ASCII"
            ? DatabaseLocale(encoding: "SQL_ASCII", collate: "C", characterType: "C")
            : DatabaseLocale(encoding: "UTF8", collate: "C.UTF-8", characterType: "C.UTF-8")
    }

    /// Sweeps what killed runs have left, and refuses a server that is too old for the dump.
    private func prepare(_ server: ConnectionInfo) async throws -> PostgresVersion {
        let session = try await Session.open(server, applicationName: context.applicationName)
        do {
            try await session.refusePooler()
            _ = try await ScratchDatabase.sweepLeftovers(session)
            await session.close()
        } catch {
            await session.close()
            throw error
        }
        let version = PostgresVersion(number: session.server.versionNumber)
        if let neededMajor, version.major < neededMajor {
            throw ForeignPlaceError.serverTooOld(needed: neededMajor, found: version.description)
        }
        return version
    }
}

/// Why a dump cannot be run where it should be.
enum ForeignPlaceError: UserFacingError, Equatable {
    case clusterOnNamedServer
    case serverTooOld(needed: Int, found: String)

    var message: String {
        switch self {
        case .clusterOnNamedServer:
            "a dump of pg_dumpall makes databases and roles of a whole server, so it is not run on one that is in use"
        case .serverTooOld(let needed, let found):
            "the dump is of PostgreSQL \(needed), newer than the server, which is \(found)"
        }
    }

    var hint: String? {
        switch self {
        case .clusterOnNamedServer: "Leave out --on: it is proven in a throw-away cluster then."
        case .serverTooOld(let needed, _): "Name a server of PostgreSQL \(needed) or newer."
        }
    }

    var category: FailureCategory {
        switch self {
        case .clusterOnNamedServer: .usage
        case .serverTooOld: .unavailable
        }
    }
}
