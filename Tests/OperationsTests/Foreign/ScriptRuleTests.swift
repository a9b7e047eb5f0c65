import Archive
import JobModel
import Postgres
import Testing

@testable import Operations

@Suite struct ScriptRuleTests {
    private static func statement(_ text: String) throws -> ScriptStatement {
        var scanner = ScriptScanner()
        var events: [ScriptEvent] = []
        try scanner.scan(Array("\(text);".utf8), into: &events)
        guard case .statement(let statement)? = events.first else { throw CancellationError() }
        return statement
    }

    private static func word(_ text: String, isThrowAway: Bool) throws -> String {
        switch ScriptRule.of(try statement(text), isThrowAway: isThrowAway) {
        case .run(let sql): "run \(sql)"
        case .leaveOut: "leave out"
        case .refuse: "refuse"
        }
    }

    @Test(arguments: [
        "CREATE TABLE a ()", "ALTER TABLE a OWNER TO b", "GRANT SELECT ON TABLE a TO b", "SET default_tablespace = ''",
        "CREATE USER MAPPING FOR a SERVER b", "COMMENT ON TABLE a IS 'database'", "DROP TABLE a",
    ])
    func `runs what a dump of a database holds, wherever it is`(text: String) throws {
        #expect(try Self.word(text, isThrowAway: true) == "run \(text)")
        #expect(try Self.word(text, isThrowAway: false) == "run \(text)")
    }

    @Test(arguments: [
        "CREATE DATABASE a", "DROP DATABASE a", "ALTER DATABASE a SET b TO 'c'", "CREATE ROLE a",
        "ALTER ROLE a WITH LOGIN", "DROP ROLE a", "GRANT a TO b", "REVOKE ALL ON DATABASE a FROM b",
        "COMMENT ON ROLE a IS 'b'",
    ])
    func `runs what concerns a whole server in a throw-away cluster only`(text: String) throws {
        #expect(try Self.word(text, isThrowAway: true) == "run \(text)")
        #expect(try Self.word(text, isThrowAway: false) == "refuse")
    }

    @Test(arguments: [
        "CREATE TABLESPACE a LOCATION '/b'", "ALTER TABLESPACE a OWNER TO b", "GRANT ALL ON TABLESPACE a TO b",
        "SET default_tablespace = fast", "SET default_tablespace = \"Fast\"", "ALTER DATABASE a SET TABLESPACE b",
        "CREATE SUBSCRIPTION a CONNECTION 'b' PUBLICATION c", "COMMENT ON SUBSCRIPTION a IS 'b'",
    ])
    func `never makes tablespaces and subscriptions`(text: String) throws {
        #expect(try Self.word(text, isThrowAway: true) == "leave out")
        #expect(try Self.word(text, isThrowAway: false) == "leave out")
    }

    @Test(arguments: ["ALTER SYSTEM SET a = b", "LOAD 'x'"])
    func `refuses what changes the server`(text: String) throws {
        #expect(try Self.word(text, isThrowAway: true) == "refuse")
    }

    @Test func `makes a database in the default tablespace`() throws {
        let text = "CREATE DATABASE a WITH TEMPLATE = template0 ENCODING = 'UTF8' TABLESPACE = fast"
        #expect(
            try Self.word(text, isThrowAway: true)
                == "run CREATE DATABASE a WITH TEMPLATE = template0 ENCODING = 'UTF8'")
    }

    @Test(arguments: [
        ("\\connect shop", "shop"), ("\\connect -reuse-previous=on \"dbname='My Shop'\"", "My Shop"),
        ("\\connect -reuse-previous=on \"dbname='it\\'s \\\\ \"\"x\"\"'\"", "it's \\ \"x\""), ("\\connect", nil),
        ("\\connect \"host=evil\"", nil), ("\\connect shop postgres evil", nil),
        ("\\connect postgresql://evil/db", nil),
    ])
    func `follows a connect command as pg_dump writes it, and nowhere else`(command: String, database: String?) {
        #expect(ConnectCommand.database(ServerText(command)) == database)
    }

    @Test(arguments: [
        ("INSERT INTO public.t VALUES (1)", "public.t"),
        ("INSERT INTO \"a b\".\"c(d\" (x) VALUES (1)", "\"a b\".\"c(d\""),
        ("INSERT INTO t(a) VALUES (1)", "t"), ("SELECT 1", nil),
    ])
    func `finds the table of an INSERT`(text: String, target: String?) {
        #expect(InsertTarget.of(ServerText(text))?.text == target)
    }

    private static func remedy(
        _ state: String, _ message: String, of text: String, isThrowAway: Bool = true
    ) throws -> ScriptRemedy {
        let failure = StatementFailure(sqlState: SQLState(state), message: message, statement: text)
        return ScriptRemedy.of(failure, try statement(text), isThrowAway: isThrowAway)
    }

    @Test func `makes up for roles and schemas that the dump only names`() throws {
        let role = "role \"a\"\"b\" does not exist"
        #expect(try Self.remedy("42704", role, of: "ALTER TABLE t OWNER TO x") == .standInRole("a\"\"b"))
        let schema = try Self.remedy("3F000", "schema \"s\" does not exist", of: "CREATE TABLE s.t ()")
        #expect(schema == .standInSchema("s"))
        let elsewhere = try Self.remedy("42704", role, of: "ALTER TABLE t OWNER TO x", isThrowAway: false)
        guard case .unavailable = elsewhere else {
            Issue.record("a server that was named gets no roles")
            return
        }
    }

    @Test(arguments: [
        ("42P01", "DROP TABLE public.t"), ("42710", "CREATE ROLE postgres"), ("42P04", "CREATE DATABASE postgres"),
        ("42704", "ALTER TABLE t DROP CONSTRAINT c"), ("3F000", "ALTER TABLE s.t DROP CONSTRAINT c"),
        ("42704", "SELECT pg_catalog.lo_unlink('16435')"),
    ])
    func `passes over what --clean drops, and what is there from the beginning`(state: String, text: String) throws {
        #expect(try Self.remedy(state, "no", of: text) == .passOver(nil))
    }

    @Test(arguments: [
        ("42P07", "CREATE TABLE t ()"), ("23505", "ALTER TABLE t ADD PRIMARY KEY (a)"), ("42601", "SELECT"),
        ("42704", "CREATE TABLE t (a nonsense)"),
    ])
    func `lets nothing else pass`(state: String, text: String) throws {
        #expect(try Self.remedy(state, "type \"nonsense\" does not exist", of: text) == .fail)
    }

    @Test func `says which extension this machine lacks`() throws {
        let remedy = try Self.remedy("0A000", "extension \"postgis\" is not available", of: "CREATE EXTENSION postgis")
        guard case .unavailable(let thing, _) = remedy else {
            Issue.record("\(remedy)")
            return
        }
        #expect(thing.contains("postgis"))
    }
}
