/// One thing that a verification looked at.
package struct VerificationCheck: Sendable, Equatable, Codable {
    package enum Verdict: String, Sendable, Codable {
        case passed
        case failed
        case skipped
    }

    package let name: String
    package let verdict: Verdict
    package let expected: String
    package let found: String
    /// What differs, or which differences were expected; a few lines.
    package let details: [String]

    package init(name: String, verdict: Verdict, expected: String, found: String, details: [String] = []) {
        self.name = name
        self.verdict = verdict
        self.expected = expected
        self.found = found
        self.details = details
    }

    /// The names of the checks that each verification makes, in their order; those that somebody asks for come after.
    package enum Name: String, CaseIterable, Sendable {
        case objects
        case contents = "table of contents"
        case globals
        case restore
        case rows
        case largeObjects = "large objects"
        case inventory
        case sequences
        case validity = "indexes and constraints"
    }

    static func passed(_ name: Name, expected: String, found: String, details: [String] = []) -> VerificationCheck {
        VerificationCheck(name: name.rawValue, verdict: .passed, expected: expected, found: found, details: details)
    }

    static func failed(_ name: Name, expected: String, found: String, details: [String] = []) -> VerificationCheck {
        VerificationCheck(
            name: name.rawValue, verdict: .failed, expected: expected, found: found, details: shortened(details))
    }

    static func skipped(_ name: Name, because reason: String) -> VerificationCheck {
        skipped(name.rawValue, because: reason)
    }

    static func skipped(_ name: String, because reason: String) -> VerificationCheck {
        VerificationCheck(name: name, verdict: .skipped, expected: "", found: "", details: [reason])
    }

    private static func shortened(_ details: [String]) -> [String] {
        let most = 20
        return details.count > most
            ? Array(details.prefix(most)) + ["and \(details.count - most) more"] : details
    }
}
