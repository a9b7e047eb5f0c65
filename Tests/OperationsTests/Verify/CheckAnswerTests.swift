import JobModel
import Postgres
import Testing

@testable import Operations

/// What a check expects, what the server prints, and what comes of it.
struct AnswerCase: CustomTestStringConvertible, Sendable {
    let expectation: ContentCheck.Expectation
    let type: UInt32
    let printed: String
    let judgement: CheckAnswer.Judgement

    init(_ expectation: ContentCheck.Expectation, _ type: UInt32, _ printed: String, passes found: String) {
        (self.expectation, self.type, self.printed) = (expectation, type, printed)
        judgement = .passed(found)
    }

    init(_ expectation: ContentCheck.Expectation, _ type: UInt32, _ printed: String, fails found: String) {
        (self.expectation, self.type, self.printed) = (expectation, type, printed)
        judgement = .failed(found)
    }

    var testDescription: String { "\(printed) against \(expectation)" }
}

private let boolean: UInt32 = 16
private let integer: UInt32 = 23
private let text: UInt32 = 25
private let float: UInt32 = 701
private let numeric: UInt32 = 1_700

private func number(_ text: String) -> ContentCheck.Literal {
    ExactDecimal(text).map { .number($0) } ?? .text("not a number: \(text)")
}

@Suite struct CheckAnswerTests {
    @Test(arguments: [
        AnswerCase(.isTrue, boolean, "t", passes: "true"),
        AnswerCase(.isTrue, boolean, "f", fails: "false"),
        AnswerCase(.isTrue, text, "t", fails: "t, which is neither true nor false"),
        AnswerCase(.isTrue, integer, "1", fails: "1, which is neither true nor false"),
        AnswerCase(.equals(.flag(false)), boolean, "f", passes: "false"),
        AnswerCase(.equals(.flag(false)), boolean, "t", fails: "true"),
        AnswerCase(.equals(number("42")), integer, "42", passes: "42"),
        AnswerCase(.equals(number("42")), numeric, "42.00", passes: "42.00"),
        AnswerCase(.equals(number("42")), numeric, "42.01", fails: "42.01"),
        AnswerCase(.equals(number("42")), text, "forty", fails: "forty, which is no number"),
        AnswerCase(.equals(.text("42.00")), numeric, "42.00", passes: "42.00"),
        AnswerCase(.equals(.text("42")), numeric, "42.00", fails: "42.00"),
        AnswerCase(.equals(.text("t")), boolean, "t", passes: "true"),
        AnswerCase(.equals(.text("true")), boolean, "t", passes: "true"),
        AnswerCase(.equals(.text("true")), text, "t", fails: "t"),
        AnswerCase(.equals(.text("")), text, "", passes: "\"\""),
        AnswerCase(.equals(.text("a")), text, "a ", fails: "a "),
    ])
    func `a value equals what is written as the server prints it, and numbers as numbers`(_ test: AnswerCase) {
        #expect(judged(test) == test.judgement)
    }

    @Test(arguments: [
        AnswerCase(.within(atLeast: number("1000"), atMost: nil), integer, "1000", passes: "1000"),
        AnswerCase(.within(atLeast: number("1000"), atMost: nil), integer, "999", fails: "999"),
        AnswerCase(.within(atLeast: nil, atMost: number("0.1")), numeric, "0.1000", passes: "0.1000"),
        AnswerCase(
            .within(atLeast: nil, atMost: number("0.1")), numeric, "0.10000000000000001", fails: "0.10000000000000001"),
        AnswerCase(.within(atLeast: number("-2"), atMost: number("2")), float, "-1e-05", passes: "-1e-05"),
        AnswerCase(.within(atLeast: number("-2"), atMost: number("2")), float, "2.5", fails: "2.5"),
        AnswerCase(.within(atLeast: number("-2"), atMost: number("2")), float, "-2.5", fails: "-2.5"),
        AnswerCase(
            .within(atLeast: number("9007199254740993"), atMost: nil), integer, "9007199254740992",
            fails: "9007199254740992"),
        AnswerCase(
            .within(atLeast: number("0"), atMost: nil), float, "NaN",
            fails: "NaN, which is no number and no time, so that no bound can be held against it"),
        AnswerCase(
            .within(atLeast: .text("2 days"), atMost: nil), integer, "5",
            fails: "5, a number, to which the bound \"2 days\" cannot be compared"),
    ])
    func `bounds belong to the range, and nothing is rounded`(_ test: AnswerCase) {
        #expect(judged(test) == test.judgement)
    }

    @Test func `times and intervals are left to the server, with bounds as it reads them`() {
        let expectation = ContentCheck.Expectation.within(atLeast: .text("1 day"), atMost: number("3"))
        for (type, wanted) in [
            (1082, CheckAnswer.ServerType.date), (1083, .time), (1114, .timestamp), (1184, .timestampWithTimeZone),
            (1186, .interval),
        ] as [(UInt32, CheckAnswer.ServerType)] {
            #expect(
                CheckAnswer.judge(table(type, ["x"]), expectation)
                    == .between(value: "x", wanted, atLeast: "1 day", atMost: "3"))
        }
        #expect(CheckAnswer.judge(table(1_186, ["2 days"]), .equals(.text("2 days"))) == .passed("2 days"))
    }

    @Test func `anything but one value of one row is a failure that says what there was`() {
        func judge(_ columns: [String], _ rows: [[ServerText?]]) -> CheckAnswer.Judgement {
            CheckAnswer.judge(
                ResultTable(columns: columns, columnTypes: columns.map { _ in boolean }, rows: rows), .isTrue)
        }
        #expect(judge(["a"], []) == .failed("no row"))
        #expect(judge(["a"], [["t"], ["t"]]) == .failed("more than one row"))
        #expect(judge(["a"], [[nil]]) == .failed("NULL"))
        #expect(judge(["a", "b"], [["t", "t"]]) == .failed("2 columns in place of one"))
        #expect(judge([], [[]]) == .failed("0 columns in place of one"))
        #expect(judge(["a"], [["t"]]) == .passed("true"))
    }

    @Test func `what is found is shown on one line and cut`() {
        #expect(CheckAnswer.shown("a\nb") == "a b")
        #expect(CheckAnswer.shown(String(repeating: "x", count: 500)).count == 201)
    }

    private func table(_ type: UInt32, _ values: [ServerText?]) -> ResultTable {
        ResultTable(columns: ["value"], columnTypes: [type], rows: values.map { [$0] })
    }

    private func judged(_ test: AnswerCase) -> CheckAnswer.Judgement {
        CheckAnswer.judge(table(test.type, [ServerText(test.printed)]), test.expectation)
    }
}

@Suite struct CheckQueryTests {
    @Test(arguments: [
        "select 1", " -- how many\nSELECT count(*) FROM t; -- so many", "with a as (select 1) select * from a",
        "values (true)", "table t", "(select 1) union (select 1)", "select ';' || $$ ; $$",
    ])
    func `a query is one statement that gives rows`(_ sql: String) {
        #expect(CheckQuery.complaint(about: sql) == nil)
    }

    @Test(arguments: [
        ("", "holds no statement"), (" ; -- nothing", "holds no statement"),
        ("select 1; select 2", "holds 2 statements in place of one"),
        ("delete from t", "begins with DELETE, and a check is a SELECT"),
        ("COMMIT", "begins with COMMIT, and a check is a SELECT"),
        ("explain select 1", "begins with EXPLAIN, and a check is a SELECT"),
        ("select 'a", "cannot be read: a string that begins here has no end"),
        ("\\! ls", "cannot be read: a backslash begins a command of psql, which no server understands"),
    ])
    func `nothing else is one`(_ test: (sql: String, complaint: String)) {
        #expect(CheckQuery.complaint(about: test.sql) == test.complaint)
    }
}

@Suite struct RequestedVerdictTests {
    @Test func `no other check may have the name of one that is made anyway`() {
        #expect(
            ContentCheck.takenNames
                == Set(VerificationCheck.Name.allCases.map(\.rawValue) + [AmcheckRun.name, TimeBudget.name]))
    }

    @Test func `a time budget holds what a restore has to do, to the last moment, and names both times`() {
        var seconds = VerificationReport.Seconds()
        (seconds.server, seconds.definitions, seconds.data) = (500, 10, 40)
        (seconds.indexes, seconds.checks, seconds.total) = (10, 900, 1_460)
        let kept = TimeBudget(budget: .seconds(60), restore: .ofBackup(seconds)).check()
        #expect(kept.verdict == .passed)
        seconds.indexes = 10.01
        let missed = TimeBudget(budget: .seconds(60), restore: .ofBackup(seconds)).check()
        #expect(missed.verdict == .failed)
        #expect(missed.expected == "restored within 1m")
        #expect(missed.found == "restored in 60.0 s")
        #expect(
            missed.details == ["definitions 10.0 s, data 40.0 s, indexes and constraints 10.0 s, on this machine"])
    }

    @Test func `findings of pg_amcheck are counted, and the first are told`() {
        let output = (1...30).map { "btree index \"d.s.i\($0)\":\n    ERROR:  it is broken\n" }.joined()
        let sound = AmcheckReading(hasFindings: false, output: "", tables: 1, indexes: 4)
        let broken = AmcheckReading(hasFindings: true, output: output, tables: 1, indexes: 1_230)
        let check = AmcheckReading.check([sound, broken])
        #expect(check.verdict == .failed)
        #expect(check.expected == "2 tables and 1,234 B-tree indexes without a fault")
        #expect(check.found == "30 faults")
        #expect(check.details.prefix(2) == ["btree index \"d.s.i1\":", "    ERROR:  it is broken"])
        #expect(check.details.count == 21)
        #expect(check.details.last == "and 40 lines more")
        #expect(AmcheckReading.check([sound, sound]).found == "no fault in 2 tables and 8 B-tree indexes")
    }
}
