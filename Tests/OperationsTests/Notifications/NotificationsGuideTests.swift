import Foundation
import JobModel
import TestSupport
import Testing

@testable import Operations

/// What docs/notifications.md tells people to do.
@Suite struct NotificationsGuideTests {
    private static let python = "/usr/bin/python3"
    private static let guide = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/notifications.md").path

    private func example() throws -> String {
        let text = try String(contentsOfFile: Self.guide, encoding: .utf8)
        let start = try #require(text.range(of: "```python\n"))
        let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
        return String(text[start.upperBound..<end.lowerBound])
    }

    /// What the guide's function says of a signed body.
    private func isGenuine(
        signature: String, timestamp: Int, now: Int, body: String = #"{"a":"ü"}"#
    ) async throws -> String {
        try await TestFolder.with { folder in
            let script =
                try example() + """

                    headers = {"X-Dbops-Timestamp": "\(timestamp)", "X-Dbops-Signature": "\(signature)"}
                    print(is_genuine(headers, '\(body)'.encode(), "whsec", now=\(now)))
                    """
            let program = try RunningProgram(
                Self.python, ["-c", script], environment: ["LC_ALL": "C.UTF-8"], folder: folder.path)
            _ = await program.ending()
            return program.standardOutput + program.standardError
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "there is no python3"))
    func `checks a signature as the guide says`() async throws {
        let now = 1_795_226_400
        let signature = WebhookSignature.text(body: Array(#"{"a":"ü"}"#.utf8), timestamp: now, secret: "whsec")
        #expect(try await isGenuine(signature: signature, timestamp: now, now: now + 10) == "True\n")
        #expect(try await isGenuine(signature: signature, timestamp: now + 1, now: now + 10) == "False\n")
        #expect(try await isGenuine(signature: signature, timestamp: now, now: now + 301) == "False\n")
        #expect(try await isGenuine(signature: signature, timestamp: now, now: now, body: "{}") == "False\n")
    }

    @Test func `names every key that a webhook gets`() throws {
        let text = try String(contentsOfFile: Self.guide, encoding: .utf8)
        func names(_ value: JSONValue) -> Set<String> {
            switch value {
            case .object(let members): members.reduce(into: []) { $0.formUnion(names($1.value).union([$1.key])) }
            case .list(let values): values.reduce(into: []) { $0.formUnion(names($1)) }
            default: []
            }
        }
        let missed = try #require(try Notice.missed([.named("aaaaaaaaaaaa", outcome: .missed, reason: .down)]))
        for notice in [Notice.recovery, .stale, missed] {
            for name in names(WebhookBody(notice: notice).value) {
                #expect(text.contains("`\(name)`") || text.contains(".\(name)`"), "\(name)")
            }
        }
    }
}
