import JobModel

/// A notice as Slack's incoming webhooks take it: blocks, and a text for where blocks are not shown.
///
/// Source: docs.slack.dev, "Sending messages using incoming webhooks", "Formatting message text" (escaping), and the
/// limits of header (150 characters), section (3,000, ten fields of 2,000) in "Blocks".
struct SlackBody {
    let notice: Notice

    var value: JSONValue {
        let text = NoticeText(notice)
        let message = text.message.map { Self.escaped($0, limit: 2_900) }
        let summary = ([Self.escaped(text.title, limit: 500)] + (message.map { [$0] } ?? [])).joined(separator: ": ")
        return ["text": .text(summary), "blocks": .list(blocks(text, message: message))]
    }

    private func blocks(_ text: NoticeText, message: String?) -> [JSONValue] {
        let title = "\(emoji) \(Self.escaped(text.title, limit: 130))"
        var blocks: [JSONValue] = [
            ["type": "header", "text": ["type": "plain_text", "text": .text(title), "emoji": true]]
        ]
        if let message, !message.isEmpty {
            // Verbatim: names with # and @ in a message mean nobody.
            blocks.append(["type": "section", "text": Self.markdown(message)])
        }
        for start in stride(from: 0, to: text.details.count, by: 10) {
            let fields = text.details[start..<min(start + 10, text.details.count)].map { detail in
                Self.markdown("*\(detail.label)*\n\(Self.escaped(detail.value, limit: 1_900))")
            }
            blocks.append(["type": "section", "fields": .list(fields)])
        }
        if let advice = text.advice {
            blocks.append(["type": "context", "elements": [Self.markdown(Self.escaped(advice, limit: 1_900))]])
        }
        return blocks
    }

    private static func markdown(_ text: String) -> JSONValue {
        ["type": "mrkdwn", "text": .text(text), "verbatim": true]
    }

    private var emoji: String {
        switch notice.event {
        case .failed, .verificationFailed, .stale: ":red_circle:"
        case .partial, .missed: ":large_orange_circle:"
        case .succeeded, .recovered: ":large_green_circle:"
        case .started, nil: ":large_blue_circle:"
        }
    }

    /// `text` with Slack's three control characters as entities, cut before it has more characters than `limit`.
    static func escaped(_ text: String, limit: Int) -> String {
        var escaped = ""
        // Slack counts like JavaScript.
        var count = 0
        for character in text {
            let piece =
                switch character {
                case "&": "&amp;"
                case "<": "&lt;"
                case ">": "&gt;"
                default: String(character)
                }
            count += piece.utf16.count
            guard count < limit else { return escaped + "…" }
            escaped += piece
        }
        return escaped
    }
}
