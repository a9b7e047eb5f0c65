import Foundation
import JobModel
import Testing

@testable import Archive

@Suite struct ScriptScannerTests {
    /// All events of a script that is handed in by pieces, with the rows of each COPY in one.
    private static func events(_ pieces: [[UInt8]]) throws(ScriptFault) -> [ScriptEvent] {
        var scanner = ScriptScanner()
        var events: [ScriptEvent] = []
        for piece in pieces { try scanner.scan(piece, into: &events) }
        try scanner.finish()
        return joined(events)
    }

    private static func joined(_ events: [ScriptEvent]) -> [ScriptEvent] {
        events.reduce(into: []) { all, event in
            if case .rows(let more) = event, case .rows(let rows)? = all.last {
                all[all.count - 1] = .rows(rows + more)
            } else {
                all.append(event)
            }
        }
    }

    private static func fault(_ script: String) -> ScriptFault? {
        do {
            _ = try events([Array(script.utf8)])
            return nil
        } catch {
            return error
        }
    }

    private static func statements(_ body: String) throws -> [ScriptStatement] {
        try events([Array(whole(body).utf8)]).compactMap { event in
            if case .statement(let statement) = event { statement } else { nil }
        }
    }

    private static let head = "--\n-- PostgreSQL database dump\n--\n\n"
    private static let tail = "\n--\n-- PostgreSQL database dump complete\n--\n\n"

    private static func whole(_ body: String) -> String { head + body + tail }

    // MARK: - Statements

    @Test(arguments: [
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT 'a;b''c;d';", ["SELECT 'a;b''c;d'"]),
        ("SELECT E'a\\';b';", ["SELECT E'a\\';b'"]),
        ("SELECT 'a\\'; SELECT 2;", ["SELECT 'a\\'", "SELECT 2"]),
        (
            "SET standard_conforming_strings = off;\nSELECT 'a\\';b';",
            ["SET standard_conforming_strings = off", "SELECT 'a\\';b'"]
        ),
        ("CREATE TABLE \"a;\"\"b\" ();", ["CREATE TABLE \"a;\"\"b\" ()"]),
        ("DO $$ a; $b$ b; $$;", ["DO $$ a; $b$ b; $$"]),
        ("DO $x1$ a; $$ $x$ $x1 $x1$;", ["DO $x1$ a; $$ $x$ $x1 $x1$"]),
        ("SELECT a$b$c; SELECT $1;", ["SELECT a$b$c", "SELECT $1"]),
        ("SELECT 1 -- a; 'b\n;", ["SELECT 1 -- a; 'b\n"]),
        ("/* ; /* nested; */ ' */ SELECT 1 /* ; */;", ["SELECT 1 /* ; */"]),
        ("SELECT 2-1, 4/2;", ["SELECT 2-1, 4/2"]),
        (
            "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);",
            ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)"]
        ),
        (
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END;\nSELECT 2;",
            [
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END",
                "SELECT 2",
            ]
        ),
        ("BEGIN;\nCOMMIT;", ["BEGIN", "COMMIT"]), (";;", []),
    ])
    func `finds where statements end`(body: String, expected: [String]) throws {
        #expect(try Self.statements(body).map(\.text.text) == expected)
    }

    @Test func `counts lines through comments, statements and rows`() throws {
        let statements = try Self.statements("SELECT\n1;\nCOPY t (a) FROM stdin;\n1\n2\n\\.\n\n\nSELECT 2;")
        #expect(statements.map(\.line) == [5, 13])
    }

    @Test(arguments: [
        ("INSERT INTO public.t VALUES (1, '(a)'), (2, (3));", 2), ("INSERT INTO t (a, b) VALUES (1, 2);", 1),
        ("INSERT INTO t DEFAULT VALUES;", 1), ("INSERT INTO t VALUES (1), (2) ON CONFLICT (a) DO NOTHING;", 2),
        ("INSERT INTO t OVERRIDING SYSTEM VALUE VALUES (1),\n(2),\n(3);", 3), ("INSERT INTO t SELECT 1;", nil),
        ("SELECT 1;", nil),
    ])
    func `counts the rows of an INSERT`(statement: String, rows: Int?) throws {
        #expect(try Self.statements(statement).map(\.rows) == [rows])
    }

    // MARK: - Rows

    @Test func `hands on the rows of a COPY and counts them`() throws {
        let events = try Self.events([
            Array(Self.whole("COPY t (a) FROM stdin;\na\\.\n\\\\.\n\\N\n\n\\.\nSELECT 1;").utf8)
        ])
        #expect(events.contains(.rows(Array("a\\.\n\\\\.\n\\N\n\n".utf8))))
        #expect(events.contains(.copyEnds(rows: 4)))
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `finds the same however the bytes are cut`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let rows = (0..<20).map { _ in
            String(
                (0..<Int.random(in: 0...6, using: &generator)).map { _ in "\\.\r;a'$".randomElement(using: &generator)!
                })
        }.filter { $0 != "\\." && $0 != "\\.\r" }
        let body = """
            -- Name: t; Type: TABLE; Schema: public; Owner: o
            CREATE TABLE t (a text DEFAULT E'\\';'); /* ; */
            \\connect shop
            COPY t (a) FROM stdin;
            \(rows.map { $0 + "\n" }.joined())\\.
            INSERT INTO t VALUES ($$a;$$), ('b');
            """
        let script = Array(Self.whole(body).utf8)
        let expected = try Self.events([script])
        #expect(expected.contains(.copyEnds(rows: rows.count)))
        for largest in [1, 3, 17] {
            #expect(try Self.events(CopyText.cut(script, largest: largest, using: &generator)) == expected)
        }
    }

    // MARK: - Faults

    @Test(arguments: [
        ("\\! rm -rf /\n", "\\!"), ("\\copy t from '/etc/passwd'\n", "\\copy"), ("\\i other.sql\n", "\\i"),
        ("\\gexec\n", "\\gexec"), ("\\set x `id`\n", "\\set"), ("\\connect\\!id\n", "\\connect"),
        ("SELECT 1 \\g |sh\n;", "within a statement"), ("COPY t FROM PROGRAM 'id';", "outside of the dump"),
        ("COPY t TO '/tmp/x';", "outside of the dump"), ("COPY t FROM '/etc/passwd';", "outside of the dump"),
        ("CREATE FUNCTION f() RETURNS int AS 'x' LANGUAGE sql BEGIN \\! id\n;", "within a statement"),
    ])
    func `refuses what could run a program or reach a file`(body: String, words: String) throws {
        let fault = try #require(Self.fault(Self.whole(body)))
        #expect(fault.line == 5)
        #expect(fault.reason.contains(words), "\(fault.reason)")
    }

    @Test(arguments: [
        "SELECT '\\! id\n';", "DO $$\n\\! id\n$$;", "-- \\! id\n", "/*\n\\! id\n*/",
        "COPY t FROM stdin;\n\\! id\n\\.\n",
    ])
    func `takes no command for one that stands in quotes, comments or rows`(body: String) {
        #expect(Self.fault(Self.whole(body)) == nil)
    }

    @Test func `finds every cut but those in the blanks at the end`() {
        let body = "CREATE TABLE t (a text);\nCOPY t (a) FROM stdin;\nx\ny\n\\.\nSELECT 'a';\n"
        let script = Array(Self.whole(body).utf8)
        let lastWord = script.count - "\n--\n\n".utf8.count
        for length in 0..<lastWord {
            #expect(throws: ScriptFault.self, "cut after \(length)") {
                try Self.events([Array(script.prefix(length))])
            }
        }
    }

    @Test(arguments: [
        ("SELECT 1;\npg_dump: error: query failed: server closed\n", "pg_dump: error: query failed"),
        ("COPY t (a) FROM stdin;\n1\npg_dump: error: lost\n", "pg_dump: error: lost"),
        ("pg_dump: warning: circular\nSELECT 1;\n", "pg_dump: warning: circular"),
        ("COPY t (a) FROM stdin;\n1\n2\n", "after 2 of them"), ("SELECT 1;\n", "is missing"),
        ("CREATE TABLE t (", "began in line 5"),
    ])
    func `says what a broken dump ends in`(body: String, words: String) throws {
        let fault = try #require(Self.fault(Self.head + body))
        #expect(fault.reason.contains(words), "\(fault.reason)")
    }

    @Test(arguments: ["DROP TABLE t;", "\0\0\0", "\\connect other\n", "x"])
    func `finds what follows the end`(rest: String) throws {
        let fault = try #require(Self.fault(Self.whole("SELECT 1;") + rest))
        #expect(fault.reason.contains("follow"), "\(fault.reason)")
    }

    @Test func `wants the key that ends a restricted dump`() throws {
        let restricted = Self.head + "\\restrict abc\n" + Self.tail
        #expect(Self.fault(restricted)?.reason.contains("unrestrict") == true)
        #expect(Self.fault(restricted + "\\unrestrict abc\n\n") == nil)
    }

    @Test func `wants the last line of pg_dumpall after those of its databases`() throws {
        let cluster =
            "--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE a;\n\\connect template1\n\n" + Self.whole("")
        #expect(Self.fault(cluster)?.reason.contains("cluster dump complete") == true)
        #expect(Self.fault(cluster + "--\n-- PostgreSQL database cluster dump complete\n--\n\n") == nil)
    }

    // MARK: - Comments

    @Test(arguments: [
        (
            " Name: t; Type: TABLE; Schema: public; Owner: o",
            ScriptEntry(tag: "t", kind: "TABLE", schema: "public", owner: "o")
        ),
        (
            " Data for Name: a; Type: b; Type: TABLE DATA; Schema: s; Owner: -; Tablespace: fast",
            ScriptEntry(tag: "a; Type: b", kind: "TABLE DATA", schema: "s", owner: "")
        ),
        (
            " Name: public; Type: SCHEMA; Schema: -; Owner: x y",
            ScriptEntry(tag: "public", kind: "SCHEMA", schema: "", owner: "x y")
        ),
    ])
    func `reads what a comment announces`(comment: String, entry: ScriptEntry) {
        #expect(ScriptRemark(ServerText(comment)) == .entry(entry))
    }
}
