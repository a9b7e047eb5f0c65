/// The names of the advisor's checks, as the job file, the command line and the output write them. They do not change.
package enum AdviceID: String, Sendable, Codable, CaseIterable {
    case foreignKeyWithoutIndex = "foreign-key-without-index"
}
