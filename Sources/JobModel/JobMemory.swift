/// What jobs know from their earlier runs: baselines, first sights, how far they had come. Losing it costs knowledge,
/// never correctness: who asks has to do without.
package protocol JobMemory: Sendable {
    /// What was last remembered by this name; nil where nothing was, or where it cannot be had now.
    func memory(named name: String) async -> String?

    /// Remembers a text in place of what was remembered by this name before; nil forgets it. False where it could not
    /// be done.
    @discardableResult func remember(_ text: String?, as name: String) async -> Bool
}

/// For work outside of jobs, which nobody remembers.
package struct NoJobMemory: JobMemory {
    package init() {}
    package func memory(named name: String) async -> String? { nil }
    package func remember(_ text: String?, as name: String) async -> Bool { false }
}
