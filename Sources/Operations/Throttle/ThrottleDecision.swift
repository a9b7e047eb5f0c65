/// Whether work that can wait may go on.
package enum ThrottleDecision: Sendable, Equatable {
    case proceed
    /// Wait and look again. The reasons are for people.
    case pause([String])
    /// Give up: waiting beside this could cost a standby or the disk.
    case abort([String])
}
