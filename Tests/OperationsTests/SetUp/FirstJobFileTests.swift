import JobFile
import JobModel
import Postgres
import Testing

@testable import Operations

@Suite struct FirstJobFileTests {
    private static func decode(_ text: String) throws -> DecodedJobFile {
        let surroundings = JobFileSurroundings(
            folder: "/etc/dbops", zones: ZoneDatabase(),
            connectionComplaint: { text in
                do throws(PostgresError) {
                    return try ConnectionInfo(parsing: text).password == nil ? nil : "it holds a password"
                } catch {
                    return error.message
                }
            })
        return try JobFileDecoder(fileName: "dbops.toml", surroundings: surroundings).decode(text)
    }

    private static func answers(_ change: (inout SetUpAnswers) -> Void = { _ in }) -> SetUpAnswers {
        var answers = SetUpAnswers(
            databaseURL: "postgresql://dbops_backup@db.internal/shop", databaseName: "shop",
            store: .directory(path: "/var/backups"))
        change(&answers)
        return answers
    }

    private static func file(
        _ change: (inout SetUpAnswers) -> Void = { _ in }, facts: (inout SetUpFacts) -> Void = { _ in }
    ) throws -> DecodedJobFile {
        var found = SetUpFacts()
        facts(&found)
        return try decode(FirstJobFile(answers(change), facts: found, alertAfterHours: 28).text)
    }

    @Test func `without further answers it backs up, proves, sweeps, maintains and advises`() throws {
        let file = try Self.file()
        #expect(file.warnings == [])
        let configuration = file.configuration
        #expect(configuration.jobs.map(\.name) == ["nightly", "prove", "tidy", "upkeep", "checkup"])
        #expect(configuration.jobs.map(\.kind.name) == ["backup", "verify", "prune", "maintain", "advise"])
        #expect(configuration.databases.map(\.password) == [nil])
        #expect(configuration.databases.map(\.url) == ["postgresql://dbops_backup@db.internal/shop"])
        #expect(configuration.stores.map(\.location) == [.directory(path: "/var/backups")])
        #expect(configuration.daemon.state == DaemonSettings().state)
        #expect(configuration.job(named: "nightly")?.alertAfter == .seconds(28 * 3_600))
        guard case .backup(let backup)? = configuration.job(named: "nightly")?.kind else {
            Issue.record("no backup")
            return
        }
        #expect(backup.retention != nil)
    }

    @Test(arguments: [
        (notifier: SetUpNotifier.slack, variable: "DBOPS_SLACK_URL" as String?),
        (.webhook, "DBOPS_WEBHOOK_URL"), (.healthchecks, "DBOPS_HEALTHCHECKS_URL"),
        (.email(address: "ops@acme.example"), nil),
    ])
    func `every job tells the notifier, and its secret is elsewhere`(
        notifier: SetUpNotifier, variable: String?
    ) throws {
        let file = try Self.file { $0.notifier = notifier }
        #expect(file.warnings == [])
        #expect(file.configuration.jobs.allSatisfy { $0.notify == ["ops"] })
        switch try #require(file.configuration.notifiers.first).kind {
        case .slack(let url), .healthchecks(let url), .webhook(let url, _):
            #expect(url == .environment(name: variable ?? ""))
        case .email(let settings): #expect(settings.to == ["ops@acme.example"] && variable == nil)
        }
    }

    @Test func `an S3 store comes with all that was said of it`() throws {
        let place = S3Location(
            bucket: "acme", prefix: "prod", endpoint: "https://s3.example.com", region: "eu-1", pathStyle: true,
            profile: "backups")
        let file = try Self.file { $0.store = .s3(place) }
        #expect(file.warnings == [])
        guard case .s3(let found) = file.configuration.stores[0].location else {
            Issue.record("no S3 store")
            return
        }
        #expect(found.bucket == "acme" && found.prefix == "prod" && found.endpoint == "https://s3.example.com")
        #expect(found.region == "eu-1" && found.pathStyle && found.profile == "backups")
    }

    @Test func `passwords are named by their place`() throws {
        let file = try Self.file { $0.password = .file(path: "/run/secrets/a \"b\"") }
        #expect(file.configuration.databases[0].password == .file(path: "/run/secrets/a \"b\""))
        let other = try Self.file { $0.password = .environment(name: "SHOP_PASSWORD") }
        #expect(other.configuration.databases[0].password == .environment(name: "SHOP_PASSWORD"))
    }

    @Test func `a database's text stands in it as it was given`() throws {
        let text = #"host='/run/a b' dbname='it\'s "odd" \\ one'"#
        #expect(try Self.file { $0.databaseURL = text }.configuration.databases[0].url == text)
    }

    @Test func `what cannot be yet is a comment that says what is missing`() throws {
        let facts = { (facts: inout SetUpFacts) in
            (facts.canProve, facts.mayMaintain, facts.major) = (false, false, 16)
        }
        let names = try Self.file(facts: facts).configuration.jobs.map(\.name)
        #expect(names == ["nightly", "tidy", "checkup"])
        var found = SetUpFacts()
        facts(&found)
        let text = FirstJobFile(Self.answers(), facts: found, alertAfterHours: nil).text
        #expect(text.contains("# Install postgresql-16, then take the # from these lines.\n# [jobs.prove]\n"))
        #expect(text.contains("\n# [jobs.upkeep]\n"))
        #expect(!text.contains("alert_after"))
        // As it says, without the # the jobs are there.
        let mended = text.replacing("\n# [jobs", with: "\n[jobs").split(separator: "\n").map { line in
            line.wholeMatch(of: /# ([a-z_]+ = .*)/).map { String($0.1) } ?? String(line)
        }.filter { !$0.hasPrefix("state =") && !$0.hasPrefix("password_file") && !$0.hasPrefix("url_env") }
            .filter { $0 != "kind = \"slack\"                          # or webhook, healthchecks, email" }
        let all = try Self.decode(mended.joined(separator: "\n")).configuration.jobs.map(\.name)
        #expect(all == ["nightly", "prove", "tidy", "upkeep", "checkup"])
    }

    @Test(arguments: [(16, true), (17, true), (17, false)])
    func `maintenance is there where SQL can give what it takes`(major: Int, mayMaintain: Bool) throws {
        let file = try Self.file(facts: { ($0.major, $0.mayMaintain) = (major, mayMaintain) })
        #expect(file.configuration.job(named: "upkeep") != nil)
    }

    @Test func `a standby is not maintained`() throws {
        #expect(try Self.file(facts: { $0.isStandby = true }).configuration.job(named: "upkeep") == nil)
    }

    @Test(arguments: [
        ("shop", "shop"), ("Shop-2", "Shop-2"), ("über shop", "ber_shop"), ("a.b", "a_b"), ("--", "main"),
        (nil as String?, "main"), ("_x", "x"),
    ])
    func `a database's name becomes one of the job file`(database: String?, name: String) throws {
        #expect(SetUpAnswers.name(from: database) == name)
        #expect(try Self.file { $0.databaseName = name }.configuration.databases.map(\.name) == [name])
    }

    @Test(arguments: [
        ("0 2 * * *", "UTC", 27), ("0 2 * * *", "Europe/Berlin", 28), ("0 * * * *", "UTC", 3),
        ("0 2 * * 0", "UTC", 185), ("30 1 29 2 *", "UTC", 77_115),
    ])
    func `the alarm leaves the longest pause and time for the run`(cron: String, zone: String, hours: Int) throws {
        let schedule = try #require(
            Schedule(
                job: "nightly", trigger: .cron(try CronExpression(parsing: cron)),
                zone: try ZoneDatabase().rules(named: zone)))
        #expect(StalenessLimit.hours(of: schedule, after: .init(secondsSinceEpoch: 1_795_226_400)) == hours)
    }
}
