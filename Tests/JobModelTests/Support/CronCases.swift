import Foundation
import JobModel
import Testing

/// The table of cron cases: what independent libraries agree on, where they differ, and what is refused.
struct CronCases: Decodable {
    /// An expression, a zone, and the firings after an instant.
    struct Firing: Decodable, Sendable, CustomTestStringConvertible {
        let expr: String
        let tz: String
        let start: CivilTime
        let next: [CivilTime]

        var testDescription: String { "\(expr) in \(tz) after \(start.text)" }
    }

    /// An expression that is refused, or accepted.
    struct Syntax: Decodable, Sendable, CustomTestStringConvertible {
        let expr: String
        let verdict: String?

        var isAccepted: Bool { verdict == "accept" }
        var testDescription: String { "\"\(expr)\"" }
    }

    var agreed: [Firing] = []
    var disputed: [Firing] = []
    var invalid: [Syntax] = []
    var syntax: [Syntax] = []

    /// Empty where the file cannot be read, which a test of its own finds.
    static let all: CronCases = {
        let url = Bundle.module.url(forResource: "cron", withExtension: "json", subdirectory: "Cases")
        let data = url.flatMap { try? Data(contentsOf: $0) } ?? Data()
        return (try? JSONDecoder().decode(CronCases.self, from: data)) ?? CronCases()
    }()
}

extension CronExpression {
    /// The first `count` firings after `start`.
    func firings(_ count: Int, after start: CivilTime, in zone: ZoneRules) -> [CivilTime] {
        Array(sequence(first: start) { self.nextFire(after: $0, in: zone) }.dropFirst().prefix(count))
    }
}
