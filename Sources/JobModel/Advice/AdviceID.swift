/// The names of the advisor's checks, as the job file, the command line and the output write them. They do not change.
package enum AdviceID: String, Sendable, Codable, CaseIterable {
    // Indexes.
    case foreignKeyWithoutIndex = "foreign-key-without-index"
    case duplicateIndex = "duplicate-index"
    case redundantIndex = "redundant-index"
    case unusedIndex = "unused-index"
    case invalidIndex = "invalid-index"
    case indexBloat = "index-bloat"
    case missingIndex = "missing-index"
    case lowCardinalityIndex = "low-cardinality-index"

    // Tables and their rules.
    case unvalidatedConstraint = "unvalidated-constraint"
    case disabledTrigger = "disabled-trigger"
    case tableWithoutKey = "table-without-key"
    case tableBloat = "table-bloat"
    case hashPartitionMissing = "hash-partition-missing"
    case expiredRows = "expired-rows"
    case unloggedTable = "unlogged-table"

    // Numbers that run out or run into each other.
    case sequenceHeadroom = "sequence-headroom"
    case keyHeadroom = "key-headroom"
    case narrowForeignKey = "narrow-foreign-key"
    case identityDrift = "identity-drift"

    // Statistics and autovacuum.
    case staleStatistics = "stale-statistics"
    case autovacuumDisabled = "autovacuum-disabled"
    case autovacuumSaturated = "autovacuum-saturated"
    case autovacuumScaleFactor = "autovacuum-scale-factor"

    // What others can do, and what others have changed.
    case rowSecurityGap = "row-security-gap"
    case definerSearchPath = "definer-search-path"
    case publicSchemaCreate = "public-schema-create"
    case collationDrift = "collation-drift"
    case outdatedExtension = "outdated-extension"

    // The server: what its sessions hold.
    case longTransaction = "long-transaction"
    case idleInTransaction = "idle-in-transaction"
    case xminHolder = "xmin-holder"
    case preparedTransaction = "prepared-transaction"
    case wraparound = "wraparound"
    case connectionSaturation = "connection-saturation"
    case connectionChurn = "connection-churn"

    // Its WAL and who reads it.
    case slotRetainsWAL = "slot-retains-wal"
    case slotWithoutLimit = "slot-without-limit"
    case replicationLag = "replication-lag"
    case standbyDisconnected = "standby-disconnected"
    case synchronousStandbyMissing = "synchronous-standby-missing"
    case archiver = "archiver"
    case frequentCheckpoints = "frequent-checkpoints"

    // Its work.
    case cacheHit = "cache-hit"
    case slowStatement = "slow-statement"
    case statementsNotTracked = "statements-not-tracked"
    case statementsEvicted = "statements-evicted"
    case temporaryFiles = "temporary-files"
    case deadlocks = "deadlocks"

    // A PgBouncer before it.
    case poolWaits = "pool-waits"
    case poolBudget = "pool-budget"
    case poolClients = "pool-clients"
    case poolHazard = "pool-hazard"

    // How it is set up.
    case unsafeSetting = "unsafe-setting"
    case checksumsOff = "checksums-off"
    case pendingRestart = "pending-restart"
    case untunedSetting = "untuned-setting"
    case noBackup = "no-backup"
    case settingChanged = "setting-changed"
    case outdatedServer = "outdated-server"
    case superuserLogin = "superuser-login"
}
