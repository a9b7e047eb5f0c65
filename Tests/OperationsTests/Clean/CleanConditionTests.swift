import Testing

@testable import Operations

@Suite struct `a condition of a clean-up` {
    @Test(arguments: [
        "read = true", "kind IN ('a', 'b') AND NOT (pinned OR note <> 'x;--')", "data ->> 'k' = 'it''s'",
        "note = 'a\\b;'", "note = 'a'\n'\\'", "\"select\" = 1", "at < '2026-01-01'::timestamp with time zone",
        "tags[1] = 'x' - 1",
        "lower(name) LIKE 'ü%'", "sessions.read IS DISTINCT FROM true", "size > 1.5e3 /2",
    ])
    func `is one expression`(text: String) throws {
        #expect(try CleanCondition(parsing: text).text == text)
    }

    @Test(arguments: [
        ("", "it is empty"), ("  ", "it is empty"), ("true) OR (true", "closed that was not opened"),
        ("true; DROP TABLE x", "semicolon"), ("(true", "is not closed"), ("true -- all", "comment"),
        ("true /* all */", "comment"), ("id IN (SELECT 1)", "subqueries"), ("id IN (vAlUeS (1))", "subqueries"),
        ("exists (table x)", "subqueries"), ("a = $1", "$"), ("a = $$x$$", "$"), ("a = 'x", "string is not closed"),
        ("\"a = 1", "quoted name is not closed"), ("a[1) = 1", "closed that was not opened"),
        ("a = E'\\' OR true", "E'…'"),
        ("note = E'a'\n'\\'') OR true --'", "E'…'"), ("note = 1e'x'", "E'…'"),
        ("a = 'x\\' ; DROP TABLE y; --'", "semicolon"),
    ])
    func `is nothing else`(text: String, reason: String) {
        let error = #expect(throws: CleanError.self) { try CleanCondition(parsing: text) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func `names what it calls`() throws {
        let condition = try CleanCondition(parsing: "Lower(a) = 'b' AND \"Odd\" (c) AND d IN (1) AND 'x(' <> e")
        #expect(condition.calledNames == ["lower", "Odd", "in"])
    }
}
