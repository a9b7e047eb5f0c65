import JobModel
import Postgres

extension AdviceCheck {
    /// What keeps old row versions for somebody who is no session here: a slot, a standby's feedback.
    static func xminHolder(leastAge: Int = 10_000_000) -> AdviceCheck {
        AdviceCheck(
            .xminHolder, "slots and standbys that keep dead rows", sql: { _ in HeldBackVacuum.query(leastAge) },
            finding: { row, _ in try HeldBackVacuum.finding(row) })
    }
}

enum HeldBackVacuum {
    static func finding(_ row: ResultTable.Row) throws -> Finding {
        let (name, age, isSlot) = (try row.name("name"), try row.int("xmin_age"), try row.bool("is_slot"))
        let isActive = try row.bool("is_active")
        return Finding(
            .xminHolder, object: "\(isSlot ? "slot" : "standby") \(name)",
            severity: age > 200_000_000 || isSlot && !isActive ? .warning : .notice, confidence: .certain,
            summary: "\(isActive ? "" : "is not used, and ")keeps what died in the last "
                + "\(Quantities.count(age)) transactions from vacuum",
            evidence: [
                "xmin_age": .integer(age), "is_active": .flag(isActive),
                "catalogs_only": .flag(try row.bool("is_catalog")),
            ],
            remedy: isSlot
                ? Remedy(
                    isActive ? [] : ["SELECT pg_drop_replication_slot(\(ServerText(name).quotedAsLiteral.text));"],
                    advice: isActive ? "Let its consumer catch up, or end what runs for long on the standby." : nil,
                    lock: "None.", risk: "Whoever uses the slot has to be made anew.")
                : Remedy(
                    [], advice: "End the long query on the standby, or set hot_standby_feedback = off there.",
                    lock: "None.",
                    risk: "Without feedback, long queries on the standby may be cancelled."),
            caveat: "A consumer that is down for a moment will need its slot again.", measure: Double(age))
    }

    static func query(_ leastAge: Int) -> ServerText {
        """
        SELECT * FROM (
          SELECT slot_name AS name, true AS is_slot, active AS is_active, xmin IS NULL AS is_catalog,
            coalesce(greatest(pg_catalog.age(xmin), pg_catalog.age(catalog_xmin)), 0) AS xmin_age
          FROM pg_catalog.pg_replication_slots WHERE xmin IS NOT NULL OR catalog_xmin IS NOT NULL
          UNION ALL
          SELECT application_name, false, true, false, pg_catalog.age(backend_xmin)
          FROM pg_catalog.pg_stat_replication WHERE backend_xmin IS NOT NULL) h
        WHERE xmin_age >= \(leastAge)
        """
    }
}
