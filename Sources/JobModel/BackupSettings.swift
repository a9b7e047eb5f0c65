/// How a backup is made. The job file's table and the command line both end up here.
package struct BackupSettings: Sendable, Equatable {
    /// Sessions that copy tables at the same time. Default: 4.
    package var workers = 4
    package var compression = CompressionSetting.gzip
    package var filters = DumpFilters()
    /// Default: all.
    package var globals = GlobalsSetting.all
    /// How long to try for a table that somebody else has locked. Default: 60 s.
    package var lockWait: Duration = .seconds(60)
    /// COPY text per gzip member. Default: 1 MiB.
    package var chunkSizeInBytes = 1 << 20
    /// Whether large tables are copied by several workers at the same time. Default: true.
    package var splitsTables = true
    /// How much of a table, with its TOAST, one of them copies at a time. Default: 64 MiB.
    package var rangeSizeInBytes = 64 << 20
    package var largeObjects = LargeObjectLimits()
    /// How many bytes of rows and large objects are read from the server in a second, by all workers together.
    /// Default: as many as it gives.
    package var maxRateInBytes: Int?
    /// A backup that holds its snapshot for longer warns of it: VACUUM cannot remove what died since. Default: 24 h.
    package var maxSnapshotAge: Duration = .seconds(86_400)
    /// A standby that is further behind its primary than this is not dumped. Default: nil, which only warns.
    package var maxStandbyLag: Duration?
    /// How often the heartbeat object is renewed. Default: 60 s.
    package var heartbeatInterval: Duration = .seconds(60)
    /// How often the leader's session is used and looks for sessions that wait for our locks. Default: 20 s.
    package var leaderCheckInterval: Duration = .seconds(20)

    /// What ``maxRateInBytes`` may be.
    package static let ratesInBytes = 100_000...1_000_000_000_000

    package init() {}

    /// Nil where no table is split: a single worker has nobody to share with.
    package var rangeSizeInBytesInUse: Int? { splitsTables && workers > 1 ? rangeSizeInBytes : nil }
}
