package import JobModel

/// What whoever sets dbops up has answered: all that a first job file cannot know by itself.
package struct SetUpAnswers: Sendable, Equatable {
    /// Any libpq URL or conninfo, without a password.
    package var databaseURL: String
    /// What the job file calls the database; see ``name(from:)``.
    package var databaseName: String
    /// Default: libpq's own places.
    package var password: SecretReference?
    package var store: StoreLocation
    /// Five fields of cron.
    package var schedule = "0 2 * * *"
    /// An IANA name.
    package var timezone = "UTC"
    package var notifier: SetUpNotifier?
    /// The directory of the history. Default: the product's own.
    package var state: String?

    package init(databaseURL: String, databaseName: String, store: StoreLocation) {
        self.databaseURL = databaseURL
        self.databaseName = databaseName
        self.store = store
    }

    /// A name for the job file out of a database's: letters, digits, `_` and `-`, which TOML takes without quotes.
    package static func name(from database: String?) -> String {
        let kept = (database ?? "").unicodeScalars.prefix(60).map { scalar -> Character in
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            return isPlain || scalar == "-" || scalar == "_" ? Character(scalar) : "_"
        }
        let name = String(kept.drop { $0 == "-" || $0 == "_" })
        return name.isEmpty ? "main" : name
    }
}

/// Who is told of failures.
package enum SetUpNotifier: Sendable, Equatable {
    /// The secret URL is in a variable.
    case slack
    case webhook
    case healthchecks
    /// By the mail server of this host.
    case email(address: String)

    /// Reads `slack`, `webhook`, `healthchecks` or a mail address; nil for anything else.
    package init?(_ text: String) {
        switch text {
        case "slack": self = .slack
        case "webhook": self = .webhook
        case "healthchecks": self = .healthchecks
        default:
            guard MailAddress.isUsable(text) else { return nil }
            self = .email(address: text)
        }
    }

    /// The variable that holds its URL; nil for mail.
    package var variable: String? {
        switch self {
        case .slack: "DBOPS_SLACK_URL"
        case .webhook: "DBOPS_WEBHOOK_URL"
        case .healthchecks: "DBOPS_HEALTHCHECKS_URL"
        case .email: nil
        }
    }
}

/// What was found out about the database and this machine, as far as the job file depends on it.
package struct SetUpFacts: Sendable, Equatable {
    /// Of the server; nil where it could not be asked.
    package var major: Int?
    /// The role that connected; nil where none did.
    package var role: String?
    package var isSuperuser = false
    package var sizeInBytes: Int?
    /// Some table has row-level security.
    package var hasRowSecurity = false
    package var hasLargeObjects = false
    /// The role may VACUUM every table. Default: true, as nothing speaks against it.
    package var mayMaintain = true
    /// Server programs for throw-away clusters are on this machine. Default: true.
    package var canProve = true
    package var isStandby = false

    package init() {}
}
