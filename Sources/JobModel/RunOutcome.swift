/// How a run ended.
package enum RunOutcome: String, Sendable, Codable {
    case succeeded
    case partial
    case failed
    case cancelled
}
