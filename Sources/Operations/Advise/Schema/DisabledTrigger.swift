import JobModel
import Postgres

extension AdviceCheck {
    /// Triggers that do not fire: switched off one by one, or by `session_replication_role`. Foreign keys are triggers as
    /// well.
    static let disabledTrigger = AdviceCheck(.disabledTrigger, "triggers that do not fire") { probe in
        try await probe.rows(DisabledTrigger.triggers).map(DisabledTrigger.finding)
            + probe.rows(DisabledTrigger.settings).map(DisabledTrigger.findingOfSetting)
    }
}

private enum DisabledTrigger {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let table = try row.name("table")
        let foreignKey = try row.optionalText("foreign_key")?.text
        let trigger = try row.name("trigger")
        return Finding(
            .disabledTrigger, object: "\(table).\(foreignKey ?? trigger)",
            severity: foreignKey == nil ? .warning : .critical, confidence: .certain,
            summary: foreignKey == nil
                ? "is disabled: it does not fire"
                : "does not hold: the triggers that enforce this foreign key are disabled",
            evidence: ["triggers": .integer(try row.int("triggers"))],
            remedy: Remedy(
                ["ALTER TABLE \(table) ENABLE TRIGGER \(foreignKey == nil ? trigger : "ALL");"],
                advice: foreignKey == nil
                    ? nil
                    : "Afterwards drop and add the constraint, NOT VALID, and validate it: rows may break it by now.",
                lock: "SHARE ROW EXCLUSIVE on \(table), for a moment: writes wait.",
                risk: "What was written meanwhile is not made up for."),
            caveat: "A load or a migration may be in progress that switches it on again at its end.")
    }

    static func findingOfSetting(_ row: ResultTable.Row) throws -> Finding {
        let place = try row.name("place")
        return Finding(
            .disabledTrigger, object: place, severity: .critical, confidence: .certain,
            summary: "sets session_replication_role to \(try row.name("value")): triggers and foreign keys do not work",
            evidence: ["value": .text(try row.name("value"))],
            remedy: Remedy(
                ["ALTER \(place) RESET session_replication_role;"], lock: "None.",
                risk: "It holds for sessions that begin afterwards."),
            caveat: "It is right for a role that applies the changes of a replication, and for nobody else.")
    }

    /// Those that enforce a foreign key are one finding, on the table that they are on.
    static let triggers: ServerText = """
        SELECT t.tgrelid::pg_catalog.regclass::text AS table, pg_catalog.count(*) AS triggers,
          min(pg_catalog.quote_ident(t.tgname)) AS trigger,
          (SELECT pg_catalog.quote_ident(k.conname) FROM pg_catalog.pg_constraint k
           WHERE k.oid = t.tgconstraint AND t.tgisinternal) AS foreign_key
        FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE t.tgenabled = 'D' AND t.tgparentid = 0 AND \(AdviceSQL.isUsersSchema)
        GROUP BY t.tgrelid, t.tgisinternal, t.tgconstraint, CASE WHEN t.tgisinternal THEN 0 ELSE t.oid END
        """

    static let settings: ServerText = """
        SELECT CASE WHEN s.setrole = 0 THEN 'DATABASE ' || pg_catalog.quote_ident(d.datname)
            WHEN s.setdatabase = 0 THEN 'ROLE ' || pg_catalog.quote_ident(r.rolname)
            ELSE 'ROLE ' || pg_catalog.quote_ident(r.rolname) || ' IN DATABASE ' || pg_catalog.quote_ident(d.datname)
            END AS place, pg_catalog.split_part(setting, '=', 2) AS value
        FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) setting
        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
        LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
        WHERE setting LIKE 'session_replication_role=%' AND setting <> 'session_replication_role=origin'
          AND (s.setdatabase = 0 OR d.datname = pg_catalog.current_database())
        """
}
