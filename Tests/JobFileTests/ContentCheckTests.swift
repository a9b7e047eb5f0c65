import JobModel
import Testing

@testable import JobFile

@Suite struct ContentCheckTests {
    private static let job = Decoding.good + "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\n"

    private func job(_ keys: String) throws -> VerifyJob {
        let job = try Decoding.decode(Self.job + keys).configuration.job(named: "prove")
        guard case .verify(let verify)? = job?.kind else { throw WrongKind() }
        return verify
    }

    private struct WrongKind: Error {}

    private func question(_ keys: String) throws -> ContentCheck.Question {
        try #require(try job("checks = [{ name = \"a\", \(keys) }]").checks.first).question
    }

    private func number(_ text: String) throws -> ContentCheck.Literal {
        .number(try #require(ExactDecimal(text)))
    }

    @Test func `nothing is asked where nothing is said`() throws {
        let job = try job("")
        #expect(job.checks == [])
        #expect(!job.runsAmcheck)
        #expect(job.timeBudget == nil)
    }

    @Test func `a job has checks, amcheck and a time budget`() throws {
        let job = try job(
            """
            amcheck = true
            time_budget = "1h30m"
            [[jobs.prove.checks]]
            name = "first"
            sql = "select true"
            timeout = "90s"
            [[jobs.prove.checks]]
            name = "second"
            sql = "select 1"
            equals = 1
            """)
        #expect(job.runsAmcheck)
        #expect(job.timeBudget == .seconds(5_400))
        #expect(job.checks.map(\.name) == ["first", "second"])
        #expect(job.checks.map(\.timeout) == [.seconds(90), .seconds(600)])
    }

    @Test func `what a query must give is read as it is written`() throws {
        #expect(try question("sql = \"select 1\"") == .query(sql: "select 1", .isTrue))
        let cases: [(String, ContentCheck.Expectation)] = [
            ("equals = true", .equals(.flag(true))), ("equals = \"\"", .equals(.text(""))),
            ("equals = \"42\"", .equals(.text("42"))), ("equals = 42", .equals(try number("42"))),
            ("equals = 2026-01-31", .equals(.text("2026-01-31"))),
            ("at_least = 0.1", .within(atLeast: try number("0.1"), atMost: nil)),
            ("at_most = \"0.10\"", .within(atLeast: nil, atMost: try number("0.1"))),
            ("at_least = -5, at_most = -5", .within(atLeast: try number("-5"), atMost: try number("-5"))),
            ("at_least = \"2 days\"", .within(atLeast: .text("2 days"), atMost: nil)),
        ]
        for (text, expectation) in cases {
            #expect(try question("sql = \"q\", \(text)") == .query(sql: "q", expectation), "\(text)")
        }
    }

    @Test func `the age of a table's newest row may be asked for`() throws {
        #expect(
            try question("table = \"public.orders\", column = \"at\", max_age = \"2d\"")
                == .freshness(.init(table: "public.orders", column: "at", maxAge: .seconds(172_800))))
        #expect(
            try question(
                "table = \"o\", column = \"at\", max_age = \"1h\", column_timezone = \"Europe/Berlin\"")
                == .freshness(
                    .init(table: "o", column: "at", maxAge: .seconds(3_600), columnTimezone: "Europe/Berlin")))
    }

    /// All in line 17; the table begins in column 11, its first key in column 13.
    @Test(arguments: [
        (
            "",
            [
                #"17:11: a check needs "name": what reports call it"#,
                #"17:11: a check needs "sql", or "table", "column" and "max_age""#,
            ]
        ),
        (#"name = "a""#, [#"17:11: a check needs "sql", or "table", "column" and "max_age""#]),
        (#"name = "a", sql = """#, [#"17:25: "sql" is empty"#]),
        (#"name = "a", sql = "  ""#, [#"17:25: "sql" is empty"#]),
        (#"name = "a", sql = "delete from t""#, [#"17:25: "sql" is no query"#]),
        (#"name = "a", sql = "q", at_leest = 5"#, [#"17:36: unknown key "at_leest" (did you mean "at_least"?)"#]),
        (
            #"name = "a", sql = "q", equals = 1, at_least = 1"#,
            [#"17:48: "equals" and "at_least" exclude each other: keep one of them"#]
        ),
        (
            #"name = "a", sql = "q", equals = 1, at_most = 1"#,
            [#"17:48: "equals" and "at_most" exclude each other: keep one of them"#]
        ),
        (#"name = "a", sql = "q", at_least = 2, at_most = 1"#, [#"17:36: "at_least" is more than "at_most""#]),
        (
            #"name = "a", sql = "q", at_least = true"#,
            [#"17:36: "at_least" takes a number, or a text such as "2 days" or "2026-01-31", found true"#]
        ),
        (
            #"name = "a", sql = "q", equals = nan"#,
            [#"17:36: "equals" takes a text, a number, true or false, found the number nan"#]
        ),
        (
            #"name = "a", sql = "q", table = "t""#,
            [#"17:36: "sql" and "table" exclude each other: a check has one question"#]
        ),
        (
            #"name = "a", sql = "q", max_age = "1d""#,
            [#"17:36: "sql" and "max_age" exclude each other: a check has one question"#]
        ),
        (
            #"name = "a", table = "t""#,
            [
                #"17:11: a check of a table's age needs "column""#,
                #"17:11: a check of a table's age needs "max_age""#,
            ]
        ),
        (#"name = "a", table = "t", column = "c", max_age = "1d", equals = 1"#, [#"17:68: "equals" goes with "sql""#]),
        (
            #"name = "a", table = "t", column = "c", max_age = "soon""#,
            [#"17:52: "max_age" takes a duration such as "90s", "15m", "12h" or "30d", not "soon""#]
        ),
        (#"name = "a", sql = "q", timeout = "0s""#, [#"17:36: "timeout" takes 1s to 7d, not 0s"#]),
        (
            #"name = "rows", sql = "q""#,
            [#"17:13: every verification has a check called "rows": choose another name"#]
        ),
        (#"name = "a\nb", sql = "q""#, [#"17:13: a check's name is one line of up to 100 letters"#]),
        (
            #"name = "a", sql = "q" }, { name = "a", sql = "r""#,
            [#"17:40: another check of this job is called "a" too"#]
        ),
    ])
    func `what cannot be a check is refused at its place`(_ slip: (keys: String, complaints: [String])) {
        let text = Self.job + "checks = [{ \(slip.keys) }]"
        #expect(Decoding.faults(of: text) == slip.complaints.map { "dbops.toml:\($0)" })
    }
}
