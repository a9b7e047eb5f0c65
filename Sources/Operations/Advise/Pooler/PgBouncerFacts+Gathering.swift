import JobModel
import Postgres

extension PgBouncerFacts {
    /// Asks the admin console. It speaks the simple protocol only, and lets `stats_users` ask this, too.
    static func gather(_ session: Session) async throws -> PgBouncerFacts {
        var facts = PgBouncerFacts()
        let pools = try await session.simpleQuery("SHOW POOLS")
        guard pools.columns.contains("cl_waiting") else {
            throw PostgresError.unexpectedResult(
                "\(session.server.displayText) is not the admin console of a PgBouncer")
        }
        facts.pools = try pools.rows.map { try pool($0, pools.columns) }.filter { $0.database != "pgbouncer" }
        let databases = try await session.simpleQuery("SHOW DATABASES")
        facts.databases = try databases.rows.map { try database($0, databases.columns) }
            .filter { $0.name != "pgbouncer" }
        for row in try await session.simpleQuery("SHOW CONFIG").rows {
            facts.settings[try row.string("key")] = try row.optionalText("value")?.text ?? ""
        }
        for row in try await session.simpleQuery("SHOW LISTS").rows where try row.string("list") == "used_clients" {
            facts.clients = try row.int("items")
        }
        facts.servers = try await session.simpleQuery("SHOW SERVERS").rows.map { row in
            Server(
                database: try row.name("database"), user: try row.name("user"),
                processID: try row.int("remote_pid"))
        }
        return facts
    }

    private static func pool(_ row: ResultTable.Row, _ columns: [String]) throws -> Pool {
        let wait = try row.double("maxwait")
        let fraction = columns.contains("maxwait_us") ? try row.double("maxwait_us") / 1e6 : 0
        return Pool(
            database: try row.name("database"), user: try row.name("user"), mode: try row.name("pool_mode"),
            activeClients: try row.int("cl_active"), waitingClients: try row.int("cl_waiting"),
            longestWaitSeconds: wait + fraction, activeServers: try row.int("sv_active"),
            otherServers: try row.int("sv_idle") + row.int("sv_used") + row.int("sv_tested") + row.int("sv_login"))
    }

    /// 1.24 has another name for the reserve.
    private static func database(_ row: ResultTable.Row, _ columns: [String]) throws -> Database {
        Database(
            name: try row.name("name"), host: try row.optionalText("host")?.text ?? "", port: try row.string("port"),
            target: try row.optionalText("database")?.text ?? "",
            forcedUser: try row.optionalText("force_user").map(\.text).flatMap { $0.isEmpty ? nil : $0 },
            poolSize: try row.int("pool_size"),
            reserve: try row.int(columns.contains("reserve_pool") ? "reserve_pool" : "reserve_pool_size"),
            mostConnections: try row.int("max_connections"), isPaused: try row.string("paused") == "1")
    }
}

/// What is known of the PgBouncer that a run was told of.
enum PgBouncerSight: Sendable {
    /// None was named.
    case none
    /// Why it could not be asked.
    case unseen(String)
    case seen(PgBouncerFacts)

    /// Connects, asks and goes. Throws on cancellation only.
    static func look(at console: ConnectionInfo, applicationName: String) async throws -> PgBouncerSight {
        do {
            let named = console.database == nil ? console.with(database: "pgbouncer") : console
            let session = try await Session.open(named, applicationName: applicationName)
            do {
                let facts = try await PgBouncerFacts.gather(session)
                await CleanupScope.run { await session.close() }
                return .seen(facts)
            } catch {
                await CleanupScope.run { await session.close() }
                throw error
            }
        } catch let error as PostgresError {
            return .unseen("PgBouncer: \(error.message)")
        }
    }

    /// Throws ``AdviceGap`` where it is not known.
    func facts() throws -> PgBouncerFacts {
        switch self {
        case .none: throw AdviceGap("no PgBouncer is named: pgbouncer_url in the job file, or --pgbouncer")
        case .unseen(let reason): throw AdviceGap(reason)
        case .seen(let facts): return facts
        }
    }
}
