import JobModel
import Postgres

/// How the age of a table's newest row is asked for, as of the instant that a backup shows. Pure.
///
/// Rows that are dated later than the snapshot do not count: one wrong clock, or a column of things to come, would make
/// every table look fresh. A column without a zone may hold the local time of any: unless it is known of which, a row
/// passes by the zone in which it is youngest, twelve hours behind UTC.
struct FreshnessQuery: Sendable, Equatable {
    /// The column's own type, with domains resolved.
    enum ColumnType: String, Sendable {
        case zoned = "timestamp with time zone"
        case unzoned = "timestamp without time zone"
        case date
    }

    /// Quoted.
    let table: ServerText
    /// Quoted.
    let column: ServerText
    let type: ColumnType
    /// Only for types that have none.
    let zone: String?

    /// In seconds; no zone is farther behind UTC, none farther ahead.
    private static let westernmostOffset = 12 * 3_600
    private static let easternmostOffset = 14 * 3_600

    /// Gives `newest`, whether it `is_fresh`, and its `age` in seconds; `$1` is the snapshot in seconds since 1970, which is
    /// rounded down, `$2` the age that is allowed in seconds.
    var sql: ServerText {
        """
        SELECT newest::pg_catalog.text AS newest, newest >= oldest AS is_fresh,
               CASE WHEN pg_catalog.isfinite(newest) THEN pg_catalog.floor(pg_catalog.date_part('epoch',
                 pg_catalog.to_timestamp($1::float8) - \(instantOfNewest)))::int8 END AS age
          FROM (SELECT (\(oldest))::\(type.rawValue) AS oldest, (\(latest))::\(type.rawValue) AS latest) AS limits
         CROSS JOIN LATERAL (SELECT pg_catalog.max(\(column))::\(type.rawValue) AS newest
                               FROM \(table) WHERE \(column) <= limits.latest) AS found
        """
    }

    private var instantOfNewest: ServerText {
        type == .zoned ? "newest" : "pg_catalog.timezone(\(zoneLiteral), newest::timestamp)"
    }

    private var zoneLiteral: ServerText { ServerText(zone ?? "UTC").quotedAsLiteral }

    /// In the column's own terms, from when on a row is fresh.
    private var oldest: ServerText {
        let instant: ServerText = "pg_catalog.to_timestamp($1::float8 - $2::float8)"
        if type == .zoned { return instant }
        guard zone != nil else {
            return "pg_catalog.timezone('UTC', \(instant) - interval '\(Self.westernmostOffset) seconds')"
        }
        // Where clocks are set back, an hour is there twice: what the clock shows at any later moment is no older.
        return """
            SELECT pg_catalog.min(pg_catalog.timezone(\(zoneLiteral), later.moment))
              FROM (SELECT \(instant) AS moment UNION ALL
                    SELECT pg_catalog.generate_series(
                             pg_catalog.date_trunc('hour', \(instant)), \(instant) + interval '1 day',
                             interval '15 minutes')) AS later
             WHERE later.moment >= \(instant)
            """
    }

    /// In the column's own terms, up to when a row counts: the second in which the snapshot was taken is over then.
    private var latest: ServerText {
        let instant: ServerText = "pg_catalog.to_timestamp($1::float8 + 1)"
        if type == .zoned { return instant }
        guard zone != nil else {
            return "pg_catalog.timezone('UTC', \(instant) + interval '\(Self.easternmostOffset) seconds')"
        }
        // An hour more for a clock that was set back just now.
        return "pg_catalog.timezone(\(zoneLiteral), \(instant)) + interval '1 hour'"
    }
}
