extension AdviceCheck {
    /// The checks of the server: its sessions, settings, logs and standbys.
    static let server: [AdviceCheck] = []
}
