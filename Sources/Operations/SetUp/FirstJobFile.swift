import JobModel

/// A first job file: answers and facts → text, with the reasons as comments. What is not possible yet stands in it as a
/// comment, with what is missing, so that the file passes `dbops check --connect` as it is.
package struct FirstJobFile: Sendable {
    private let answers: SetUpAnswers
    private let facts: SetUpFacts
    /// Of the backups; nil leaves the alarm out.
    private let alertAfterHours: Int?

    package init(_ answers: SetUpAnswers, facts: SetUpFacts, alertAfterHours: Int?) {
        self.answers = answers
        self.facts = facts
        self.alertAfterHours = alertAfterHours
    }

    package var text: String {
        ([head, daemon, database, store, nightly, prove, tidy] + (facts.isStandby ? [] : [upkeep]) + [
            checkup, notifier,
        ])
        .filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    // MARK: - What is named

    private var head: String {
        """
        # The job file of dbops: what is backed up, where to, when, and what is kept.
        #
        # No secret stands here, and none may: passwords are named by a file (password_file) or a variable (password_env),
        # or are in libpq's own places; keys of S3 are in the environment or the shared credentials file.
        # After each change: dbops check --connect, then dbops reload. All keys: docs/job-file.md.
        """
    }

    private var daemon: String {
        let state = answers.state.map { "\nstate = \(TOMLText.quoted($0))" }
        return """
            [daemon]
            timezone = \(TOMLText.quoted(answers.timezone))\(state ?? "\n# state = \"/var/lib/dbops\"                # what ran, and how it ended")
            """
    }

    private var database: String {
        """
        [databases.\(answers.databaseName)]
        url = \(TOMLText.quoted(answers.databaseURL))
        \(password)
        """
    }

    private var password: String {
        switch answers.password {
        case .file(let path)?: "password_file = \(TOMLText.quoted(path))"
        case .environment(let name)?: "password_env = \(TOMLText.quoted(name))"
        case nil:
            """
            # password_file = "/etc/dbops/\(answers.databaseName).password"   # its first line, mode 0600; else ~/.pgpass
            """
        }
    }

    private var storeName: String {
        if case .s3 = answers.store { "bucket" } else { "local" }
    }

    private var store: String {
        var lines = ["[stores.\(storeName)]", "url = \(TOMLText.quoted(answers.store.url))"]
        switch answers.store {
        case .directory:
            lines.append(
                "# A disk of this machine goes with the machine: add a second store (s3://…) to the job's stores.")
        case .s3(let place):
            if let region = place.region { lines.append("region = \(TOMLText.quoted(region))") }
            if let endpoint = place.endpoint { lines.append("endpoint = \(TOMLText.quoted(endpoint))") }
            if place.pathStyle { lines.append("path_style = true") }
            if let profile = place.profile {
                lines += ["credentials = \"file\"", "profile = \(TOMLText.quoted(profile))"]
            }
        }
        return lines.joined(separator: "\n")
    }

    // MARK: - Jobs

    private var nightly: String {
        let alarm = alertAfterHours.map { "\nalert_after = \"\($0)h\"" } ?? ""
        return """
            [jobs.nightly]
            kind = "backup"
            database = "\(answers.databaseName)"
            stores = ["\(storeName)"]
            schedule = \(TOMLText.quoted(answers.schedule))
            spread = "10m"                            # not at the very minute at which everybody begins
            retention = { last = 7, daily = 14, weekly = 8, monthly = 12 }
            retries = 2\(alarm)\(notify)
            """
    }

    /// Without server programs each run would fail.
    private var prove: String {
        let table = """
            [jobs.prove]
            kind = "verify"                           # restores each backup, and compares every row
            of = "nightly"
            after = "nightly"\(notify)
            """
        guard !facts.canProve else { return table }
        let package = facts.major.map { "postgresql-\($0)" } ?? "postgresql-N"
        return Self.commentedOut(
            table,
            because: "Backups are not proven yet: that takes PostgreSQL's server programs on this machine.",
            "Install \(package), then take the # from these lines.")
    }

    private var tidy: String {
        """
        [jobs.tidy]
        kind = "prune"                            # retention runs after each backup; this sweeps what killed runs left
        schedule = "45 5 * * 0"\(notify)
        """
    }

    private var upkeep: String {
        let table = """
            [jobs.upkeep]
            kind = "maintain"                         # VACUUM and ANALYZE where autovacuum has not come
            database = "\(answers.databaseName)"
            schedule = "30 4 * * 0"
            window = "2h"\(notify)
            """
        guard !facts.mayMaintain, (facts.major ?? 17) < 17 else { return table }
        return Self.commentedOut(
            table, because: "Before PostgreSQL 17 only the tables' owner may vacuum them, and this role is not that.",
            "Give it the owner's role (GRANT owner TO role), then take the # from these lines.")
    }

    private var checkup: String {
        """
        [jobs.checkup]
        kind = "advise"                           # looks for what is wrong, and changes nothing
        database = "\(answers.databaseName)"
        schedule = "0 7 * * 1"
        fail_on = "critical"\(notify)
        """
    }

    // MARK: - Who is told

    private var notify: String { answers.notifier == nil ? "" : "\nnotify = [\"ops\"]" }

    private var notifier: String {
        switch answers.notifier {
        case nil:
            """
            # Nobody is told of failures yet. For Slack put the URL into a variable, and notify = ["ops"] into the jobs:
            # [notifiers.ops]
            # kind = "slack"                          # or webhook, healthchecks, email
            # url_env = "DBOPS_SLACK_URL"
            """
        case .slack?: urlNotifier("slack", .slack)
        case .webhook?: urlNotifier("webhook", .webhook)
        case .healthchecks?: urlNotifier("healthchecks", .healthchecks)
        case .email(let address)?:
            """
            [notifiers.ops]
            kind = "email"
            host = "localhost"                        # the mail server; see docs/notifications.md for others
            port = 25
            encryption = "none"
            from = \(TOMLText.quoted(address))
            to = [\(TOMLText.quoted(address))]
            """
        }
    }

    private func urlNotifier(_ kind: String, _ notifier: SetUpNotifier) -> String {
        """
        [notifiers.ops]
        kind = "\(kind)"
        url_env = "\(notifier.variable ?? "")"
        """
    }

    private static func commentedOut(_ table: String, because reason: String, _ remedy: String) -> String {
        (["# \(reason)", "# \(remedy)"] + table.split(separator: "\n").map { "# \($0)" }).joined(separator: "\n")
    }
}

/// Strings as TOML writes them.
enum TOMLText {
    /// A basic string. Source: TOML 1.0, "String".
    static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return "\"\(escaped)\""
    }
}
