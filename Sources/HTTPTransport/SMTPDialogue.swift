/// What an SMTP server said to whom: libcurl's own errors do not name the recipient that was refused.
///
/// Fed with libcurl's debug lines. Of what is sent only the commands `MAIL FROM`, `RCPT TO` and `DATA` are looked at,
/// and nothing of it is kept but addresses: the others hold the password.
struct SMTPDialogue {
    private enum Question {
        case sender
        case recipient(String)
        case data
        case other
    }

    private var question = Question.other
    private(set) var refusedRecipients: [(address: String, reply: String)] = []
    /// The last reply that was a refusal, outside of recipients.
    private(set) var lastRefusal: String?

    /// A command that libcurl has sent.
    mutating func sent(_ line: String) {
        let uppercase = line.uppercased()
        if uppercase.hasPrefix("RCPT TO:<"), let start = line.firstIndex(of: "<"), let end = line.lastIndex(of: ">") {
            question = .recipient(String(line[line.index(after: start)..<end]))
        } else if uppercase.hasPrefix("MAIL FROM:") {
            question = .sender
        } else if uppercase.hasPrefix("DATA") {
            question = .data
        } else {
            question = .other
        }
    }

    /// A line of the server's.
    mutating func received(_ line: String) {
        let reply = Self.clean(line)
        guard let first = reply.first, first == "4" || first == "5", reply.prefix(3).allSatisfy(\.isNumber) else {
            return
        }
        switch question {
        case .recipient(let address): refusedRecipients.append((address, reply))
        // What is said of a login may repeat it.
        case .other: lastRefusal = String(reply.prefix(3))
        case .sender, .data: lastRefusal = reply
        }
    }

    /// On one line, of a length that a log bears.
    private static func clean(_ line: String) -> String {
        let text = line.prefix(300).map { $0.isNewline || $0.isASCII && $0 < " " ? " " : $0 }
        return String(text).split(separator: " ").joined(separator: " ")
    }
}
