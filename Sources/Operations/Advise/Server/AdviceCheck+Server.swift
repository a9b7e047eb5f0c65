extension AdviceCheck {
    /// The checks of the server: its sessions, settings, logs and standbys.
    static let server: [AdviceCheck] = [
        .wraparound(), .longTransaction(), .idleInTransaction(), .xminHolder(), .preparedTransaction(),
        .slotRetainsWAL(), .slotWithoutLimit, .replicationLag(), .standbyDisconnected, .synchronousStandbyMissing,
        .archiver(), .connectionSaturation(), .connectionChurn(), .cacheHit(), .slowStatement(), .statementsNotTracked,
        .unsafeSetting, .checksumsOff, .pendingRestart, .settingChanged, .frequentCheckpoints(), .outdatedServer,
        .superuserLogin, .temporaryFiles(), .deadlocks(), .statementsEvicted, .untunedSetting, .noBackup,
    ]
}
