/// The five fields of a cron expression as texts; a nickname is replaced by what it stands for.
struct CronWords {
    let fields: [Substring]

    private static let nicknames = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    init(_ text: String) throws(CronError) {
        let words = Self.split(text)
        guard let first = words.first else {
            throw CronError(text, "is empty", hint: Self.shape)
        }
        if first.hasPrefix("@") {
            guard words.count == 1, let meaning = Self.nicknames[String(first)] else {
                throw CronError(text, "is no nickname that dbops knows", hint: Self.advice(nickname: words))
            }
            fields = Self.split(meaning)
            return
        }
        guard words.count == 5 else {
            throw CronError(
                text, "has \(words.count) field\(words.count == 1 ? "" : "s"), not five",
                hint: Self.advice(words: words))
        }
        fields = words
    }

    /// Any run of blanks separates.
    static func split(_ text: String) -> [Substring] { text.split { $0 == " " || $0 == "\t" } }

    private static let shape =
        "The fields are minute, hour, day of month, month and day of week: 0 2 * * * is each day at 02:00."

    private static func advice(words: [Substring]) -> String {
        if words[0].contains("=") { return "Name the zone in timezone, not in the expression." }
        if words.count > 5, words[5].hasPrefix("#") { return "Leave out the comment." }
        if words.count == 6 || words.count == 7 {
            return "A sixth field means seconds to some tools and a year to others; for seconds use every = \"30s\"."
        }
        return shape
    }

    private static func advice(nickname words: [Substring]) -> String {
        let name = words[0].lowercased()
        if nicknames[name] != nil, words.count == 1 { return "Write it in lower case: \(name)." }
        if name == "@every" {
            return "Use every = \"\(words.dropFirst().first ?? "15m")\" in place of schedule."
        }
        if name == "@reboot" { return "A start of the daemon is no schedule; dbops run JOB runs a job by hand." }
        return "There are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually."
    }
}
