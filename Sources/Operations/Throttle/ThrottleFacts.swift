/// How hard a server has it at one moment: what work that can wait is held back by.
package struct ThrottleFacts: Sendable, Equatable {
    /// A replication slot, and what it keeps of the WAL.
    package struct Slot: Sendable, Equatable {
        package var name: String
        package var retainedBytes: Int64

        package init(name: String, retainedBytes: Int64) {
            self.name = name
            self.retainedBytes = retainedBytes
        }
    }

    /// Of the standby that is furthest behind in replaying; zero without any.
    package var replayLagBytes: Int64 = 0
    /// The same in time. Zero where standbys are idle, which is why the bytes count as well.
    package var replayLag: Duration = .zero
    /// The slot that keeps the most; nil without any.
    package var slot: Slot?
    /// `max_slot_wal_keep_size`; nil without a limit.
    package var slotLimitBytes: Int64?
    /// Whether the last attempt to archive a segment failed.
    package var isArchiverFailing = false
    /// Segments that wait to be archived; zero where nothing is archived.
    package var archiveBacklogInSegments = 0
    /// Sessions that wait for a lock, in all databases.
    package var lockWaiters = 0
    /// Client sessions that run a statement, ours left out.
    package var activeBackends = 0
    /// Tables among those asked for that are being vacuumed.
    package var vacuumedTables: [String] = []
    /// Who is copying this database, by application name: a backup of dbops, or pg_dump.
    package var backups: [String] = []
    /// Whether this role sees what others do; without it sessions, lag and backups read as none.
    package var seesOthers = true

    package init() {}
}
