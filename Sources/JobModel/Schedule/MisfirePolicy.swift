/// What becomes of firings that were missed: while the daemon was down or the machine asleep.
package struct MisfirePolicy: Sendable, Equatable {
    package enum CatchUp: String, Sendable, CaseIterable {
        /// The newest missed firing runs, once.
        case one
        /// Every missed firing runs, oldest first, at most ``limit``.
        case all
        case none
    }

    /// Default: one.
    package var catchUp = CatchUp.one
    /// Firings that are older are not caught up. Default: none, all are young enough.
    package var within: Duration?
    /// At most this many firings are caught up by ``CatchUp/all``. Default: 24.
    package var limit = 24

    package init() {}
}
