package import JobModel

/// The settings of the session that maintains.
package enum MaintainSettings {
    /// A VACUUM by hand does not pause by itself: it is told to, as autovacuum is.
    package static let pauses: ServerText = "SET vacuum_cost_delay = '2ms'"
    /// For what staves off wraparound.
    package static let withoutPauses: ServerText = "SET vacuum_cost_delay = 0"

    /// How long a statement waits for a lock that SKIP_LOCKED does not skip.
    static let lockTimeout = Duration.seconds(5)
    static let lockTimeoutStatement: ServerText = "SET lock_timeout = '5s'"
    /// A rebuild's waits keep nobody from reading and writing, and come partly after its copy is built: it waits for
    /// longer than the transactions were old beside which it begins.
    static let rebuildLockTimeoutStatement: ServerText = "SET lock_timeout = '10min'"

    /// A statement whose dbops was killed ends soon after it; the server itself looks.
    static let endsWithClient: ServerText = "SET client_connection_check_interval = '10s'"

    static func statements(costLimit: Int) -> [ServerText] {
        [pauses, "SET vacuum_cost_limit = \(costLimit)", lockTimeoutStatement]
    }
}
