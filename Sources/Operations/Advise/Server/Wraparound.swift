import JobModel
import Postgres

extension AdviceCheck {
    /// Databases whose oldest unfrozen transaction ids run towards the point where the server stops to write.
    static func wraparound(_ limits: WraparoundLimits = WraparoundLimits()) -> AdviceCheck {
        AdviceCheck(.wraparound, "transaction ids and multixacts that run out") { probe in
            let ages = try await probe.rows(Wraparound.query).map(Wraparound.Ages.init)
            let pace = try await Wraparound.pace(probe)
            let tables = try await probe.rows(Wraparound.tables).map { try $0.name("table") }
            return ages.compactMap { Wraparound.finding($0, limits, pace, tables: tables, probe.server) }
        }
    }
}

/// From which ages on a database is worth a word.
struct WraparoundLimits: Sendable {
    /// But never before autovacuum's own limit and half as much again: until then all goes its way. Default: 500 M.
    var warning = 500_000_000
    /// Three quarters of what there is. Default: 1,500 M.
    var critical = 1_500_000_000
    /// The factor over autovacuum's own limit. Default: 1.5.
    var patience = 1.5
}

enum Wraparound {
    /// The server takes no more writes 3 million ids before the end. Source: PostgreSQL manual, 25.1.5.
    static let stop = 2_144_483_647

    struct Ages: Equatable {
        var database: String
        var isCurrent: Bool
        var xid: Int
        var xidLimit: Int
        var multixact: Int
        var multixactLimit: Int

        init(_ row: ResultTable.Row) throws {
            database = try row.name("database")
            isCurrent = try row.bool("is_current")
            xid = try row.int("xid_age")
            xidLimit = try row.int("xid_limit")
            multixact = try row.int("mxid_age")
            multixactLimit = try row.int("mxid_limit")
        }
    }

    /// What is remembered to tell how fast ids are used: the oldest sight of at most 30 days.
    struct Sight: Codable, Sendable, Equatable {
        var nextID: Int
        /// Nil in what earlier versions remembered.
        var nextMultixact: Int?
        var at: CivilTime
    }

    /// How many ids are used in a day; nil where it is not known for a day yet.
    struct Pace: Sendable, Equatable {
        var xids: Double?
        var multixacts: Double?

        init(xids: Double? = nil, multixacts: Double? = nil) {
            self.xids = xids
            self.multixacts = multixacts
        }

        init(from before: Sight, to now: Sight) {
            let seconds = now.at.secondsSinceEpoch - before.at.secondsSinceEpoch
            guard seconds >= 86_400 else { return }
            func perDay(_ count: Int) -> Double { Double(count) / Double(seconds) * 86_400 }
            xids = perDay(now.nextID - before.nextID)
            // Multixacts have no epoch: what has wrapped tells nothing.
            if let old = before.nextMultixact, let new = now.nextMultixact, new >= old {
                multixacts = perDay(new - old)
            }
        }
    }

    static func pace(_ probe: AdviceProbe) async throws -> Pace {
        guard !probe.server.isInRecovery, let row = try await probe.rows(next).first else { return Pace() }
        let sight = Sight(
            nextID: try row.int("next_id"), nextMultixact: try row.int("next_mxid"), at: probe.server.now)
        let before: Sight? = await probe.remembered(.wraparound)
        guard let before, before.nextID <= sight.nextID,
            (0...30 * 86_400).contains(sight.at.secondsSinceEpoch - before.at.secondsSinceEpoch)
        else {
            try await probe.remember(sight, of: .wraparound)
            return Pace()
        }
        return Pace(from: before, to: sight)
    }

    /// `tables` are those that hold the current database back.
    static func finding(
        _ ages: Ages, _ limits: WraparoundLimits, _ pace: Pace, tables: [String], _ server: AdviceServer
    ) -> Finding? {
        let xidBound = max(limits.warning, Int(Double(ages.xidLimit) * limits.patience))
        let multixactBound = max(limits.warning, Int(Double(ages.multixactLimit) * limits.patience))
        guard ages.xid > xidBound || ages.multixact > multixactBound else { return nil }
        let worst = max(ages.xid, ages.multixact)
        let named = ages.isCurrent ? tables : []
        let end = end(ages, pace, now: server.now)
        return Finding(
            .wraparound, object: "database \(ages.database)",
            severity: worst > limits.critical ? .critical : .warning, confidence: .certain,
            summary: "its oldest rows are \(Quantities.count(worst)) "
                + "\(ages.xid >= ages.multixact ? "transactions" : "multixacts") old, and the server takes no writes at "
                + "\(Quantities.count(stop))" + (end.map { ": at the present rate it stops on \($0)" } ?? ""),
            evidence: evidence(ages, pace, end: end, tables: named), remedy: remedy(named, ages.database),
            caveat: "Autovacuum may be at it already; see pg_stat_progress_vacuum, and what holds the oldest xmin.",
            jobFile: ages.isCurrent ? server.maintainFragment : nil, measure: Double(worst))
    }

    /// The day on which the first of both counters is at its end; nil where nothing is known of that.
    private static func end(_ ages: Ages, _ pace: Pace, now: CivilTime) -> String? {
        let days = [(ages.xid, pace.xids), (ages.multixact, pace.multixacts)].compactMap { age, perDay -> Double? in
            guard let perDay, perDay >= 1 else { return nil }
            return Double(max(0, stop - age)) / perDay
        }.min()
        guard let days else { return nil }
        let seconds = now.secondsSinceEpoch + Int(min(days, 36_500) * 86_400)
        return String(CivilTime(secondsSinceEpoch: seconds).text.prefix(10))
    }

    private static func evidence(
        _ ages: Ages, _ pace: Pace, end: String?, tables: [String]
    ) -> [String: EvidenceValue] {
        var evidence: [String: EvidenceValue] = [
            "xid_age": .integer(ages.xid), "multixact_age": .integer(ages.multixact),
            "autovacuum_freeze_max_age": .integer(ages.xidLimit),
            "percent_of_the_way": .integer(max(ages.xid, ages.multixact) * 100 / stop),
        ]
        if let xids = pace.xids { evidence["xids_per_day"] = .integer(Int(xids)) }
        if let multixacts = pace.multixacts { evidence["multixacts_per_day"] = .integer(Int(multixacts)) }
        if let end { evidence["stops_on"] = .text(end) }
        if !tables.isEmpty { evidence["oldest_tables"] = .text(tables.joined(separator: ", ")) }
        return evidence
    }

    private static func remedy(_ tables: [String], _ database: String) -> Remedy {
        Remedy(
            tables.map { "VACUUM (FREEZE, VERBOSE) \($0);" },
            advice: tables.isEmpty
                ? "In \(database), as a superuser: VACUUM (FREEZE) of the tables with the oldest relfrozenxid; where the "
                    + "database takes no connections, allow them first."
                : "First end what holds the oldest xmin: an old transaction, a slot, a prepared transaction.",
            lock: "SHARE UPDATE EXCLUSIVE on each table: reads and writes go on.",
            risk: "It reads and writes whole tables; never end an autovacuum that works \"to prevent wraparound\".")
    }

    static let query: ServerText = """
        SELECT datname AS database, datname = pg_catalog.current_database() AS is_current,
          pg_catalog.age(datfrozenxid) AS xid_age, pg_catalog.mxid_age(datminmxid) AS mxid_age,
          pg_catalog.current_setting('autovacuum_freeze_max_age') AS xid_limit,
          pg_catalog.current_setting('autovacuum_multixact_freeze_max_age') AS mxid_limit
        FROM pg_catalog.pg_database
        """

    /// Transaction ids with their epoch, so that they never wrap. Every database has the same next multixact.
    static let next: ServerText = """
        SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text AS next_id,
          (SELECT datminmxid::pg_catalog.text::pg_catalog.int8 + pg_catalog.mxid_age(datminmxid)
           FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AS next_mxid
        """

    static let tables: ServerText = """
        SELECT c.oid::pg_catalog.regclass::pg_catalog.text AS table FROM pg_catalog.pg_class c
        WHERE c.relkind IN ('r', 'm', 't')
        ORDER BY greatest(pg_catalog.age(c.relfrozenxid)::float8 / 2e8, pg_catalog.mxid_age(c.relminmxid)::float8 / 4e8) DESC
        LIMIT 5
        """
}
