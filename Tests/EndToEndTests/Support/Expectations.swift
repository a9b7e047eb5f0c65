import Foundation
import TestSupport
import Testing

/// A run must have failed with `code`, with one message that holds `words`, and with a second line that says what to
/// do next.
func expect(
    _ result: DBOpsProcess.Result, failsWith code: Int32, saying words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(result.exitCode == code, "\(result)", sourceLocation: sourceLocation)
    let lines = result.standardError.split(separator: "\n").map(String.init)
    let errors = lines.indices.filter { lines[$0].hasPrefix("Error: ") }
    #expect(errors.count == 1, "\(result)", sourceLocation: sourceLocation)
    guard let error = errors.first else { return }
    #expect(error + 1 < lines.count, "no hint: \(result)", sourceLocation: sourceLocation)
    let text = lines[error...].joined(separator: "\n")
    for word in words {
        #expect(text.contains(word), "no \"\(word)\" in: \(text)", sourceLocation: sourceLocation)
    }
}

/// Looks again and again until `condition` holds; false where it does not within `limit`.
func eventually(within limit: Duration = .seconds(180), _ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return try await condition()
}

extension [String: Any] {
    func text(_ key: String) -> String? { self[key] as? String }
    func number(_ key: String) -> Double? { (self[key] as? NSNumber)?.doubleValue }
}
