import JobModel
import Postgres

/// The age from which on rows go, by the server's clock, as a value of the age column.
struct CleanCutoff: Sendable {
    /// In seconds; no zone is farther behind UTC.
    private static let westernmostOffset: Int64 = 12 * 3_600

    let session: Session
    let job: CleanJob

    /// A column without a zone may hold the local time of any: unless it is known of which, rows stay longer, since in
    /// the westernmost one a row of now looks twelve hours old in UTC. Throws ``CleanError`` for a zone that cannot be.
    func text(for column: CleanCatalogue.Column) async throws -> ServerText {
        let age = job.olderThan.components.seconds
        guard let zone = job.columnTimezone else {
            return try await inUTC(column, age + (column.type == CleanFacts.zonedType ? 0 : Self.westernmostOffset))
        }
        guard column.type != CleanFacts.zonedType else {
            throw CleanError.columnTimezone(
                zone, reason: "\(column.name) is a \(column.type), which needs none", hint: "Leave it out.")
        }
        try await requireKnown(zone)
        return try await inLocalTime(column, age, of: zone)
    }

    private func inUTC(_ column: CleanCatalogue.Column, _ age: Int64) async throws -> ServerText {
        try await session.query(
            """
            SELECT (pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8))::\(column.type)::text AS cutoff
            """, ["\(age)"]
        ).onlyRow().text("cutoff")
    }

    /// Where clocks are set back, an hour is there twice: what the clock shows at any later moment is no older.
    /// Clocks change at a quarter of an hour.
    private func inLocalTime(
        _ column: CleanCatalogue.Column, _ age: Int64, of zone: String
    ) async throws -> ServerText {
        try await session.query(
            """
            SELECT pg_catalog.min(pg_catalog.timezone($2::text, later.moment))::\(column.type)::text AS cutoff
              FROM (SELECT pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8) AS moment) AS old
             CROSS JOIN LATERAL (
                   SELECT old.moment UNION ALL
                   SELECT pg_catalog.generate_series(
                            pg_catalog.date_trunc('hour', old.moment), old.moment + interval '1 day',
                            interval '15 minutes')) AS later
             WHERE later.moment >= old.moment
            """, ["\(age)", ServerText(zone)]
        ).onlyRow().text("cutoff")
    }

    /// `AT TIME ZONE` would take any word with a number for a zone.
    private func requireKnown(_ zone: String) async throws {
        let row = try await session.query(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_timezone_names WHERE name = $1::text) AS known",
            [ServerText(zone)]
        ).onlyRow()
        guard try row.bool("known") else {
            throw CleanError.columnTimezone(
                zone, reason: "the server knows no such zone",
                hint: "Write a name of pg_timezone_names, such as UTC or Europe/Berlin.")
        }
    }
}
