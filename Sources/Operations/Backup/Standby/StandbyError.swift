package import JobModel

/// What can go wrong with a hot standby as the source of a backup.
package enum StandbyError: UserFacingError, Equatable {
    /// Its rows are older than the job allows; nil where nothing tells how old.
    case behind(server: String, lagInSeconds: Int?, limit: Duration)
    /// It ended our sessions so that it could go on replaying, at each of several attempts.
    case conflicts(server: String, attempts: Int, reason: String)

    package var message: String {
        switch self {
        case .behind(let server, let lag?, let limit):
            "the standby \(server) is \(Quantities.seconds(Double(lag))) behind its primary, more than max_standby_lag "
                + "(\(DurationText.text(limit))) allows for"
        case .behind(let server, nil, let limit):
            "how far the standby \(server) is behind its primary is not known, and max_standby_lag is "
                + DurationText.text(limit)
        case .conflicts(let server, let attempts, let reason):
            "the standby \(server) broke off the backup \(attempts) times, so that it could go on replaying: \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .behind:
            "See pg_stat_wal_receiver and pg_is_wal_replay_paused() there, and pg_stat_replication on the primary; or let "
                + "the job read from the primary (leave read_url out)."
        case .conflicts:
            "On the standby set hot_standby_feedback = on, or max_standby_streaming_delay to longer than a backup takes (-1 "
                + "for no limit); run it when no migration does; or let the job read from the primary."
        }
    }

    package var category: FailureCategory { .tryLater }
}
