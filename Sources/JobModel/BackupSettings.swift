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
    /// How often the heartbeat object is renewed. Default: 60 s.
    package var heartbeatInterval: Duration = .seconds(60)
    /// How often the leader's session is used and looks for sessions that wait for our locks. Default: 20 s.
    package var leaderCheckInterval: Duration = .seconds(20)

    package init() {}

    /// Nil where no table is split: a single worker has nobody to share with.
    package var rangeSizeInBytesInUse: Int? { splitsTables && workers > 1 ? rangeSizeInBytes : nil }
}
