import JobModel
import TOMLKit
import Testing

@testable import JobFile

@Suite struct TOMLTests {
    @Test(arguments: [
        ("a = 1", ["a": Value.integer(1)]), ("a = +1_000", ["a": .integer(1_000)]), ("a = 0xff", ["a": .integer(255)]),
        ("a = -0.5e1 # x", ["a": .number(-5)]), ("a = inf", ["a": .number(.infinity)]),
        ("a = true\r\nb = false", ["a": .flag(true), "b": .flag(false)]), ("a = 1979-05-27 07:32:00Z", ["a": .date]),
        ("a = 07:32:00.5", ["a": .date]), ("a = 2024-02-29", ["a": .day(CivilDate(year: 2024, month: 2, day: 29))]),
        ("a = \"x\\t\\u00e9\\\\\"", ["a": .string("x\té\\")]),
        ("a = 'x\\t'", ["a": .string("x\\t")]), ("a = \"\"\"\nx \\\n   y\"\"\"\"\"", ["a": .string("x y\"\"")]),
        ("a = '''\n'x\n'''", ["a": .string("'x\n")]), ("\"a b\".'c' = ''", ["a b": .table(["c": .string("")])]),
        ("a.b = 1\na.c = 2", ["a": .table(["b": .integer(1), "c": .integer(2)])]),
        ("[a.b]\n[a]\nc = 1", ["a": .table(["b": .table([:]), "c": .integer(1)])]),
        ("[[a]]\nb = 1\n[a.c]\n[[a]]", ["a": .array([.table(["b": .integer(1), "c": .table([:])]), .table([:])])]),
        (
            "a = [1, # x\n [2], {b.c = 3},\n]",
            ["a": .array([.integer(1), .array([.integer(2)]), .table(["b": .table(["c": .integer(3)])])])]
        ),
        ("\u{FEFF}a = {}", ["a": .table([:])]),
    ])
    func `reads what TOML has`(text: String, members: [String: Value]) throws {
        #expect(try TOMLDocument(parsing: text).members == members)
    }

    @Test(arguments: [
        "a", "a =", "a = ", "= 1", "a = 1 b = 2", "a = 01", "a = 1__0", "a = _1", "a = 1.", "a = .5", "a = 0xg",
        "a = tru",
        "a = \"x", "a = 'x\n'", "a = \"\\x\"", "a = \"\\ud800\"", "a = \"\\u12\"", "a = \"\"\"x", "a = [1 2]", "a = [1",
        "a = [,]",
        "a = {b = 1,}", "a = {b = 1\n}", "a = {b = 1", "a = 1\na = 2", "[a]\n[a]", "a = 1\n[a]", "a = 1\n[a.b]",
        "[a.b]\n[a]\nb.c = 1",
        "a.b = 1\n[a]", "a = {}\n[a.b]", "a = {}\na.b = 1", "[[a]]\n[a]", "[a]\n[[a]]", "a = [{}]\n[[a]]", "[", "[]",
        "[=]", "[a", "[a]]", "[[a]",
        "[ [a]]", "a = [}]", "a = 9223372036854775808", "# \u{1}", "a = \"\u{7F}\"", "ä = 1", "a = 1 \u{A0}",
        "a = \u{2028}", "a\r = 1", "a = {a.b = 1, a = 2}",
    ])
    func `refuses what TOML has not`(text: String) {
        #expect(throws: SyntaxFault.self) { try TOMLDocument(parsing: text) }
    }

    @Test(arguments: [
        ("a = 1\n\nb = 2\na = 3", "this key is there already, in line 1"),
        ("[t]\nx = 1\n[u]\n[t]", "this table is there already, in line 1"),
        ("t.x = 1\n[t]", "this table is there already, in line 1"),
    ])
    func `says where a name stands already`(text: String, message: String) {
        let fault = #expect(throws: SyntaxFault.self) { try TOMLDocument(parsing: text) }
        #expect(fault?.message == "not TOML: \(message)")
    }

    @Test func `does not go down without end`() {
        #expect(throws: SyntaxFault.self) {
            try TOMLDocument(parsing: "a = " + String(repeating: "[", count: 100_000))
        }
    }

    /// TOMLKit does not survive every text that is no TOML, so it is asked only about those that we take for it.
    @Test(arguments: 0..<4)
    func `an independent parser reads the same`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lines = try ExampleTests.example().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var count = 0
        for _ in 0..<40 {
            var changed = lines
            for _ in 0..<2 { Accident.change(&changed, &generator) }
            let text = changed.joined(separator: "\n")
            guard let document = try? TOMLDocument(parsing: text) else { continue }
            count += 1
            #expect(document.members == Self.members(of: try TOMLTable(string: text)))
        }
        #expect(count > 0)
    }

    private static func members(of table: TOMLTable) -> [String: Value] {
        var members: [String: Value] = [:]
        for key in table.keys { members[key] = table[key].flatMap(value) }
        return members
    }

    private static func value(_ node: any TOMLValueConvertible) -> Value? {
        switch node.type {
        case .string: node.string.map { .string($0) }
        case .int: node.int.map { .integer($0) }
        case .double: node.double.map { .number($0) }
        case .bool: node.bool.map { .flag($0) }
        case .date: node.date.map { .day(CivilDate(year: $0.year, month: $0.month, day: $0.day)) }
        case .time, .dateTime: .date
        case .array: node.array.map { array in .array((0..<array.count).compactMap { value(array[$0]) }) }
        case .table: node.table.map { .table(members(of: $0)) }
        }
    }
}
