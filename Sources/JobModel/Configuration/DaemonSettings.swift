/// The table `[daemon]`.
package struct DaemonSettings: Sendable, Equatable {
    /// Where it is remembered what ran and how it ended.
    package enum State: Sendable, Equatable {
        /// A directory of this machine that holds an SQLite file.
        case directory(path: String)
        /// A PostgreSQL database that several daemons share.
        case postgres(url: String, password: SecretReference?)
    }

    /// The zone of schedules that name none, by its IANA name. Default: UTC.
    package var timezone = "UTC"
    package var state = State.directory(path: "/var/lib/dbops")
    /// Runs at the same time. Default: 2.
    package var concurrency = 2
    /// Runs at the same time against one PostgreSQL server. Default: no other limit than ``concurrency``.
    package var concurrencyPerServer: Int?
    /// How long a firing may be late and still count as on time. Default: 60 s.
    package var grace: Duration = .seconds(60)
    /// How long running jobs may go on after SIGTERM before they are cancelled. Default: 30 s.
    package var shutdownGrace: Duration = .seconds(30)
    /// Over how long runs that catch up are spread. Default: 60 s.
    package var catchUpSpread: Duration = .seconds(60)
    /// How long runs are remembered. Default: 400 days.
    package var keepsHistoryFor: Duration = .seconds(400 * 86_400)

    /// Where the status page, the metrics and the API are served; nil where they are not. Default: 127.0.0.1:8432.
    package var listen: ListenAddress? = .usual
    /// What a request has to show. Default: none, which only a loopback address allows.
    package var token: SecretReference?
    /// Whether requests may look and change nothing. Default: false.
    package var isReadOnly = false

    package init() {}
}
