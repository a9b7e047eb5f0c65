import Foundation
import JobModel

/// Asks somebody at a terminal, until the answer is one.
struct TerminalQuestions {
    /// An empty answer is `fallback`, where there is one. `refusal` says why an answer is none; nil for a good one.
    func ask(
        _ question: String, fallback: String? = nil, refusal: (String) -> String? = { _ in nil }
    ) async throws -> String {
        while true {
            StandardError.writeRaw("\(question)\(fallback.map { $0.isEmpty ? "" : " [\($0)]" } ?? ""): ")
            guard let line = try await line() else { throw NoAnswerError(question: question) }
            let answer = line.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !answer.isEmpty || fallback == nil else { return fallback ?? "" }
            guard !answer.isEmpty else { continue }
            guard let reason = refusal(answer) else { return answer }
            StandardError.write("  \(reason)")
        }
    }

    /// Nil at the end of the input. Waits without holding a thread, and ends when the task is cancelled.
    private func line() async throws -> String? {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while poll(&input, 1, 0) == 0 { try await Task.sleep(for: .milliseconds(50)) }
        // A terminal gives a line at a time.
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}

/// The input ended before all was answered.
struct NoAnswerError: UserFacingError {
    let question: String
    var message: String { "there is no answer to \"\(question)\"; nothing was written" }
    var hint: String? { "Answer at a terminal, or by options: dbops init --help." }
    var category: FailureCategory { .usage }
}
