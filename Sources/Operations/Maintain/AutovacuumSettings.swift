/// When autovacuum finds a table in need: the server's settings, or a table's own.
///
/// Source: PostgreSQL manual, 24.1.6 "The Autovacuum Daemon", and `relation_needs_vacanalyze` of autovacuum.c.
struct AutovacuumSettings: Sendable, Equatable {
    var vacuumThreshold = 50.0
    var vacuumScaleFactor = 0.2
    /// From 18 on; nil where there is none, by version or by -1.
    var vacuumMaxThreshold: Double?
    /// Below zero: tables are not vacuumed for what was inserted.
    var insertThreshold = 1_000.0
    var insertScaleFactor = 0.2
    var analyzeThreshold = 50.0
    var analyzeScaleFactor = 0.1
    /// In transactions, as are the other ages.
    var freezeMaxAge = 200_000_000.0
    var multixactFreezeMaxAge = 400_000_000.0
    var failsafeAge = 1_600_000_000.0
    var multixactFailsafeAge = 1_600_000_000.0

    init() {}

    /// Reads the server's own; what is missing there keeps PostgreSQL's default.
    init(serverSettings settings: [String: String]) {
        func read(_ name: String, into value: inout Double) {
            if let number = settings[name].flatMap(Double.init) { value = number }
        }
        read("autovacuum_vacuum_threshold", into: &vacuumThreshold)
        read("autovacuum_vacuum_scale_factor", into: &vacuumScaleFactor)
        read("autovacuum_vacuum_insert_threshold", into: &insertThreshold)
        read("autovacuum_vacuum_insert_scale_factor", into: &insertScaleFactor)
        read("autovacuum_analyze_threshold", into: &analyzeThreshold)
        read("autovacuum_analyze_scale_factor", into: &analyzeScaleFactor)
        read("autovacuum_freeze_max_age", into: &freezeMaxAge)
        read("autovacuum_multixact_freeze_max_age", into: &multixactFreezeMaxAge)
        read("vacuum_failsafe_age", into: &failsafeAge)
        read("vacuum_multixact_failsafe_age", into: &multixactFailsafeAge)
        vacuumMaxThreshold = Self.limit(settings["autovacuum_vacuum_max_threshold"].flatMap(Double.init))
    }

    /// As they hold for a table whose storage parameters are `options`. A table's own ages only ever lower the
    /// server's.
    func applying(_ options: [String: String]) -> AutovacuumSettings {
        var settings = self
        func number(_ name: String) -> Double? { options["autovacuum_\(name)"].flatMap(Double.init) }
        settings.vacuumThreshold = number("vacuum_threshold") ?? vacuumThreshold
        settings.vacuumScaleFactor = number("vacuum_scale_factor") ?? vacuumScaleFactor
        settings.insertThreshold = number("vacuum_insert_threshold") ?? insertThreshold
        settings.insertScaleFactor = number("vacuum_insert_scale_factor") ?? insertScaleFactor
        settings.analyzeThreshold = number("analyze_threshold") ?? analyzeThreshold
        settings.analyzeScaleFactor = number("analyze_scale_factor") ?? analyzeScaleFactor
        settings.freezeMaxAge = min(number("freeze_max_age") ?? freezeMaxAge, freezeMaxAge)
        settings.multixactFreezeMaxAge = min(
            number("multixact_freeze_max_age") ?? multixactFreezeMaxAge, multixactFreezeMaxAge)
        if let own = number("vacuum_max_threshold") { settings.vacuumMaxThreshold = Self.limit(own) }
        return settings
    }

    /// Below zero stands for none.
    private static func limit(_ value: Double?) -> Double? {
        value.flatMap { $0 < 0 ? nil : $0 }
    }

    // MARK: - Limits

    /// Dead rows above this need a vacuum.
    func deadRowLimit(rows: Double) -> Double {
        let limit = vacuumThreshold + vacuumScaleFactor * max(rows, 0)
        return vacuumMaxThreshold.map { min($0, limit) } ?? limit
    }

    /// Inserted rows above this need a vacuum; nil where inserts never do. `unfrozen` is the part of the table's pages
    /// that is not all frozen, which counts from 18 on.
    func insertedRowLimit(rows: Double, unfrozen: Double) -> Double? {
        guard insertThreshold >= 0 else { return nil }
        return insertThreshold + insertScaleFactor * max(rows, 0) * unfrozen
    }

    /// Changed rows above this need an ANALYZE.
    func modifiedRowLimit(rows: Double) -> Double {
        analyzeThreshold + analyzeScaleFactor * max(rows, 0)
    }

    /// The age at which VACUUM itself drops all else: never below 105 % of the age at which autovacuum freezes.
    var effectiveFailsafeAge: Double { max(failsafeAge, 1.05 * freezeMaxAge) }
    var effectiveMultixactFailsafeAge: Double { max(multixactFailsafeAge, 1.05 * multixactFreezeMaxAge) }
}
