import JobModel
import ObjectStorage
import Operations
import Postgres

/// Fills in what `dbops init` was not told by options: by asking where somebody is there, else by defaults.
struct SetUpDialogue {
    let assembly: Assembly
    let options: SetUpOptions
    /// Nil where nobody is asked.
    let questions: TerminalQuestions?

    /// Throws where an option cannot be an answer, or nobody is there to say what has no default: before anything is
    /// tried.
    func checkOptions() throws {
        if let url = options.database, let reason = Self.databaseRefusal(url) {
            throw AnswerError(option: "--database", reason: reason)
        }
        if let store = options.store {
            _ = try StoreLocation(parsing: store, currentDirectory: assembly.currentDirectory)
        }
        if let schedule = options.schedule { _ = try CronExpression(parsing: schedule) }
        if let zone = options.timezone { _ = try assembly.zones.rules(named: zone) }
        guard questions == nil else { return }
        if options.database == nil { throw MissingAnswerError(option: "--database URL") }
        if options.store == nil { throw MissingAnswerError(option: "--store URL") }
    }

    func database() async throws -> (url: String, password: SecretReference?) {
        if let url = options.database { return (url, password) }
        guard let questions else { throw MissingAnswerError(option: "--database URL") }
        let url = try await questions.ask(
            "Database, such as postgresql://dbops_backup@db.internal/shop (no password)", refusal: Self.databaseRefusal)
        if let password { return (url, password) }
        let file = try await questions.ask("File with its password (empty: ~/.pgpass, or none needed)", fallback: "")
        return (url, file.isEmpty ? nil : .file(path: absolute(file)))
    }

    func store() async throws -> StoreLocation {
        let text: String
        if let store = options.store {
            text = store
        } else if let questions {
            text = try await questions.ask(
                "Store for backups: s3://BUCKET/PREFIX, or a directory", refusal: { storeRefusal($0) })
        } else {
            throw MissingAnswerError(option: "--store URL")
        }
        let location = try StoreLocation(parsing: text, currentDirectory: assembly.currentDirectory)
        guard case .s3(var place) = options.s3.apply(to: location), place.endpoint == nil, options.store == nil,
            let questions
        else { return options.s3.apply(to: location) }
        let endpoint = try await questions.ask("Endpoint of the S3 server (empty: AWS)", fallback: "")
        guard !endpoint.isEmpty else { return .s3(place) }
        place.endpoint = endpoint
        // The certificate of a server of one's own seldom holds the names of buckets.
        place.pathStyle = true
        return .s3(place)
    }

    func schedule() async throws -> String {
        if let schedule = options.schedule { return try CronExpression(parsing: schedule).text }
        return try await questions?.ask(
            "Backup when (minute hour day month weekday)", fallback: "0 2 * * *", refusal: Self.scheduleRefusal)
            ?? "0 2 * * *"
    }

    func timezone() async throws -> String {
        let zones = assembly.zones
        if let zone = options.timezone { return zone }
        let usual = HostZone.current(assembly.environment).name(in: zones)
        return try await questions?.ask("By the clocks of", fallback: usual) { name in
            do throws(ZoneError) {
                _ = try zones.rules(named: name)
                return nil
            } catch {
                return Self.words(of: error)
            }
        } ?? usual
    }

    func notifier() async throws -> SetUpNotifier? {
        let answer =
            if let notify = options.notify {
                notify
            } else {
                try await questions?.ask(
                    "Who is told of failures: slack, webhook, healthchecks, a mail address, none", fallback: "none",
                    refusal: { $0 == "none" || SetUpNotifier($0) != nil ? nil : "\"\($0)\" is none of these" })
                    ?? "none"
            }
        return answer == "none" ? nil : SetUpNotifier(answer)
    }

    // MARK: - Answers that are none

    private var password: SecretReference? {
        switch (options.passwordFile, options.passwordEnv) {
        case (let file?, _): .file(path: absolute(file))
        case (nil, let name?): .environment(name: name)
        case (nil, nil): nil
        }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(assembly.currentDirectory)/\(path)"
    }

    private static func databaseRefusal(_ text: String) -> String? {
        do throws(PostgresError) {
            let info = try ConnectionInfo(parsing: text)
            guard info.password == nil, info.sslPassword == nil else {
                return
                    "it holds a password: leave it out, and put it into ~/.pgpass or a file that --password-file names"
            }
            return nil
        } catch {
            guard case .invalidConnectionString(let reason, _) = error else { return error.message }
            return reason
        }
    }

    private func storeRefusal(_ text: String) -> String? {
        do throws(StoreLocationError) {
            _ = try StoreLocation(parsing: text, currentDirectory: assembly.currentDirectory)
            return nil
        } catch {
            return Self.words(of: error)
        }
    }

    private static func scheduleRefusal(_ text: String) -> String? {
        do throws(CronError) {
            _ = try CronExpression(parsing: text)
            return nil
        } catch {
            return words(of: error)
        }
    }

    private static func words(of error: some UserFacingError) -> String {
        error.message + (error.hint.map { ". \($0)" } ?? "")
    }
}

/// What an option says cannot stand in a job file.
struct AnswerError: UserFacingError {
    let option: String
    let reason: String
    var message: String { "\(option): \(reason)" }
    var hint: String? { nil }
    var category: FailureCategory { .usage }
}

/// Nobody is there to ask, and no option says it.
struct MissingAnswerError: UserFacingError {
    let option: String
    var message: String { "\(option) is missing, and nobody is at a terminal to ask" }
    var hint: String? { "dbops init --database URL --store URL; see dbops init --help." }
    var category: FailureCategory { .usage }
}
